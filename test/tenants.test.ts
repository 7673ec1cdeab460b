import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRestAuth } from '../src/rest-auth.ts'
import { startSqld, type Sqld } from './support/sqld.ts'

const PASSWORD = 'right-horse-staple'
const auth = createRestAuth({
  settings: { USE_JWT: true, JWT_AUTH_HTTPONLY: false, ACCOUNT_RATE_LIMITS: false },
})
const { fetch: serve, scheduled } = auth.byHost({
  'auth.shop.example': 'SHOP',
  'auth.bank.example': 'BANK',
})

let shop: Sqld
let bank: Sqld
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  shop = await startSqld()
  bank = await startSqld()
  env = {
    PASSWORD_PBKDF2_CALLS: '1',
    PASSWORD_PBKDF2_ITERATIONS: '1000',
    PASSWORD_QUEUE_MAX_MS: '600000',
    SHOP_SECRET_KEY: 's'.repeat(32),
    SHOP_TURSO_DATABASE_URL: shop.url,
    BANK_SECRET_KEY: 'b'.repeat(32),
    BANK_TURSO_DATABASE_URL: bank.url,
    // Of a Worker that had one database before: nobody falls back to it.
    SECRET_KEY: 'x'.repeat(32),
    TURSO_DATABASE_URL: bank.url,
  }
})
afterAll(async () => {
  await shop.stop()
  await bank.stop()
})

const works: Promise<unknown>[] = []
const context = {
  waitUntil: (work: Promise<unknown>) => works.push(work),
  passThroughOnException: () => undefined,
  props: {},
}

function ask(url: string, init: RequestInit = {}, variables: object = env): Promise<Response> {
  return serve(new Request(url, init), variables, context)
}

function post(url: string, body: object, variables?: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return ask(url, { method: 'POST', headers, body: JSON.stringify(body) }, variables)
}

async function register(host: string): Promise<string> {
  const answer = await post(`https://${host}/dj-rest-auth/registration/`, {
    username: 'ada',
    email: 'ada@example.com',
    password1: PASSWORD,
    password2: PASSWORD,
  })
  expect(answer.status).toBe(201)
  await Promise.all(works.splice(0))
  const { access }: { readonly access: string } = await answer.json()
  return access
}

const namesIn = async ({ client }: Sqld): Promise<readonly unknown[]> =>
  (await client.execute('select username from users')).rows.map(({ username }) => username)

test('requests that arrive together read the variables once', async () => {
  let reads = 0
  const counted = {
    ...env,
    get BRAND_NAME() {
      reads += 1
      return 'Shops'
    },
  }
  const first = createRestAuth().byHost({ 'auth.shop.example': 'SHOP' })
  const asked = () =>
    first.fetch(new Request('https://auth.shop.example/healthz'), counted, context)
  const answers = await Promise.all([asked(), asked(), asked()])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(reads).toBe(1)
})

test('each host has accounts and tokens of its own', async () => {
  const access = await register('auth.shop.example')
  expect([await namesIn(shop), await namesIn(bank)]).toEqual([['ada'], []])
  const headers = { Authorization: `Bearer ${access}` }
  const statusAt = async (host: string) =>
    (await ask(`https://${host}/dj-rest-auth/user/`, { headers })).status
  expect(await statusAt('auth.shop.example')).toBe(200)
  expect(await statusAt('auth.bank.example')).toBe(401)
  await register('auth.bank.example')
  expect(await statusAt('auth.bank.example')).toBe(401)
})

test.each([
  'https://auth.other.example/dj-rest-auth/user/',
  'https://auth.shop.example.evil.example/dj-rest-auth/user/',
  'https://auth.shop.example:8443/dj-rest-auth/user/',
  'https://constructor/dj-rest-auth/user/',
])('%s is of nobody', async (url) => {
  const answer = await ask(url)
  expect([answer.status, await answer.json()]).toEqual([421, { detail: 'Not found.' }])
})

test('a tenant without a secret or a database of its own does not start with those of the Worker', async () => {
  const without = { ...env, SHOP_SECRET_KEY: undefined, SHOP_TURSO_DATABASE_URL: undefined }
  const at = (host: string) => ask(`https://${host}/dj-rest-auth/user/`, {}, without)
  expect((await at('auth.shop.example')).status).toBe(503)
  expect((await at('auth.bank.example')).status).toBe(401)
})

test.each(['SECRET_KEY', 'TURSO_DATABASE_URL', 'SIMPLE_JWT_SIGNING_KEY'])(
  'two tenants with one %s are refused',
  async (name) => {
    const shared = { ...env, [`SHOP_${name}`]: 'same', [`BANK_${name}`]: 'same' }
    const answer = await ask('http://auth.shop.example/dj-rest-auth/user/', {}, shared)
    expect(answer.status).toBe(503)
  },
)

const OLD = 'o'.repeat(40)
const PEM = ['-----BEGIN PUBLIC KEY-----', 'MCowBQYDK2VwAyEA', '-----END PUBLIC KEY-----']

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
  [
    'an older key of both',
    { SHOP_SECRET_KEY_FALLBACKS: JSON.stringify([OLD]), BANK_SECRET_KEY_FALLBACKS: `['${OLD}']` },
  ],
  [
    'a list that is no text',
    { SHOP_SECRET_KEY_FALLBACKS: ['z'.repeat(40), OLD], BANK_SECRET_KEY_FALLBACKS: [OLD] },
  ],
  [
    'a key that is an older one of the other',
    { SHOP_SECRET_KEY_FALLBACKS: `["${'b'.repeat(32)}"]` },
  ],
  [
    'a signing key that is the secret of the other',
    { SHOP_SIMPLE_JWT_SIGNING_KEY: 'b'.repeat(32) },
  ],
  [
    'an older public key of both',
    {
      SHOP_SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: JSON.stringify([PEM.join('\n')]),
      BANK_SIMPLE_JWT_VERIFYING_KEY: PEM.join('\r\n'),
    },
  ],
  [
    'one database by two protocols',
    {
      SHOP_TURSO_DATABASE_URL: 'libsql://Shop.turso.example',
      BANK_TURSO_DATABASE_URL: 'https://shop.turso.example/',
    },
  ],
  [
    'one database by its usual port',
    {
      SHOP_TURSO_DATABASE_URL: 'libsql://shop.turso.example',
      BANK_TURSO_DATABASE_URL: 'https://shop.turso.example.:443',
    },
  ],
])('two tenants with %s are refused', async (_, variables) => {
  const all = { ...env, ...variables }
  const answer = await ask('https://auth.bank.example/dj-rest-auth/user/', {}, all)
  expect(answer.status).toBe(503)
})

test.each(['SHOP_SIMPLE_JWT', 'SIMPLE_JWT'])(
  'keys in the table %s are keys as any',
  async (name) => {
    const key = 'k'.repeat(40)
    for (const table of [{ SIGNING_KEY: key }, JSON.stringify({ SIGNING_KEY: key })]) {
      const given = { ...env, [name]: table, BANK_SIMPLE_JWT: table }
      const answer = await ask('https://auth.bank.example/dj-rest-auth/user/', {}, given)
      // The Worker's own is nobody's.
      expect(answer.status).toBe(name === 'SIMPLE_JWT' ? 401 : 503)
    }
  },
)

test('a key in code is one key of all', async () => {
  const settings = { SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: [PEM.join('\n')] }
  const tenants = { 'auth.shop.example': 'SHOP', 'auth.bank.example': 'BANK' }
  const sharing = createRestAuth({ settings }).byHost(tenants)
  await expect(sharing.scheduled({}, env, context)).rejects.toThrow(
    'Two tenants have one SIMPLE_JWT_VERIFYING_KEY or SIMPLE_JWT_VERIFYING_KEY_FALLBACKS',
  )
  const own = { ...env, SHOP_SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: '[]' }
  await createRestAuth({ settings }).byHost(tenants).scheduled({}, own, context)
})

test('a token of one host is none of another where the Worker has a signing key in a table', async () => {
  const shared = { ...env, SIMPLE_JWT: { SIGNING_KEY: 'k'.repeat(40), LEEWAY: 1 } }
  const login = { username: 'ada', password: PASSWORD }
  const answer = await post('https://auth.shop.example/dj-rest-auth/login/', login, shared)
  const { access }: { readonly access: string } = await answer.json()
  const statusAt = async (host: string) => {
    const headers = { Authorization: `Bearer ${access}` }
    return (await ask(`https://${host}/dj-rest-auth/user/`, { headers }, shared)).status
  }
  expect([await statusAt('auth.shop.example'), await statusAt('auth.bank.example')]).toEqual([
    200, 401,
  ])
})

test('public keys of the Worker are nobody’s', async () => {
  const shared = { ...env, SIMPLE_JWT_VERIFYING_KEY_FALLBACKS: 'no key' }
  expect((await ask('https://auth.shop.example/dj-rest-auth/user/', {}, shared)).status).toBe(401)
})

test('a key may stand twice among those of one tenant', async () => {
  const twice = { ...env, SHOP_SECRET_KEY_FALLBACKS: JSON.stringify(['s'.repeat(32), OLD, OLD]) }
  expect((await ask('https://auth.shop.example/dj-rest-auth/user/', {}, twice)).status).toBe(401)
})

test.each(['', null])('a signing key that is %j is none, and none that two share', async (none) => {
  const unset = { ...env, SHOP_SIMPLE_JWT_SIGNING_KEY: none, BANK_SIMPLE_JWT_SIGNING_KEY: none }
  expect((await ask('https://auth.shop.example/dj-rest-auth/user/', {}, unset)).status).toBe(401)
})

test.each([{}, () => 'a key'])(
  'bindings in place of keys are refused as what they are',
  async (binding) => {
    const bound = { ...env, SHOP_SECRET_KEY: binding, BANK_SECRET_KEY: binding }
    await expect(scheduled({}, bound, context)).rejects.toThrow('SECRET_KEY must be a string')
  },
)

test('what no request asks for is done for each of them', async () => {
  for (const { client } of [shop, bank]) {
    await client.execute(
      "insert into used_nonces (purpose, nonce_hash, used_at, expires_at) values ('x', 'y', 1, 2)",
    )
  }
  await scheduled({}, env, context)
  for (const { client } of [shop, bank]) {
    const { rows } = await client.execute('select count(*) as n from used_nonces')
    expect(Number(rows[0]?.['n'])).toBe(0)
  }
})

test('nothing is done for any of them while two have one key', async () => {
  const left =
    "insert into used_nonces (purpose, nonce_hash, used_at, expires_at) values (?, 'z', 1, 2)"
  for (const { client } of [shop, bank]) await client.execute({ sql: left, args: ['left'] })
  const shared = { ...env, SHOP_SECRET_KEY: 'k'.repeat(40), BANK_SECRET_KEY: 'k'.repeat(40) }
  await expect(scheduled({}, shared, context)).rejects.toThrow('Two tenants have one SECRET_KEY')
  for (const { client } of [shop, bank]) {
    const { rows } = await client.execute("select 1 from used_nonces where purpose = 'left'")
    expect(rows).toHaveLength(1)
  }
})
