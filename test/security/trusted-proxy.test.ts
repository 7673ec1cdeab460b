import { describe, expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { settingFaults } from '../../src/settings/check.ts'
import { RARE_CHECKS } from '../../src/settings/rare-checks.ts'
import { readSettings } from '../../src/settings/read.ts'
import { REQUIRED_ENV } from '../support/settings.ts'

const SECRET = 'of-the-next-server-0123456789-abcdef'
const OLDER = 'the-one-before-it-0123456789-abcdefg'
const RATES = { ACCOUNT_RATE_LIMITS: { login: '2/m/ip', login_failed: '2/m/ip' } }
const HEADER = { ALLAUTH_TRUSTED_CLIENT_IP_HEADER: 'X-Client-IP' }
const SECRETS = { TRUSTED_PROXY_SECRETS: [SECRET, OLDER] }
const PROVED = { 'X-Trusted-Proxy-Secret': SECRET }
const SERVER = '192.0.2.1'

const withAlice = (env: Record<string, unknown>) =>
  createTestApp({ env: { ...RATES, ...env }, users: [aUser()] })

/** Wrong logins, one a set of headers; answers the statuses. */
async function logins(app: TestApp, ...all: Record<string, string>[]): Promise<number[]> {
  const statuses: number[] = []
  for (const headers of all) {
    const wrong = { username: `nobody${statuses.length}`, password: 'wrong-horse' }
    statuses.push((await app.post('login/', wrong, headers)).status)
  }
  return statuses
}

const clients = (count: number, of: (address: string) => Record<string, string>) =>
  Array.from({ length: count }, (_, index) => of(`203.0.113.${index}`))

test('users of a server that proves itself are counted one by one', async () => {
  const app = await withAlice({ ...HEADER, ...SECRETS })
  const named = (address: string) => ({ ...PROVED, 'X-Client-IP': address })
  expect(await logins(app, ...clients(4, named))).toEqual([400, 400, 400, 400])
  const one = named('2001:db8::7')
  expect(await logins(app, one, one, one)).toEqual([400, 400, 429])
  // The same network: a subscriber has that many addresses.
  expect(await logins(app, named('2001:db8::8'))).toEqual([429])
})

test.each<[string, Record<string, string>]>([
  ['no secret', {}],
  ['another one', { 'X-Trusted-Proxy-Secret': 'x'.repeat(SECRET.length) }],
  ['a part of it', { 'X-Trusted-Proxy-Secret': SECRET.slice(0, -1) }],
])('with %s, the address of the caller counts', async (_, proof) => {
  const app = await withAlice({ ...HEADER, ...SECRETS })
  const named = (address: string) => ({ ...proof, 'X-Client-IP': address })
  expect(await logins(app, ...clients(3, named))).toEqual([400, 400, 429])
})

test('each of several secrets is good, so that one can be replaced', async () => {
  const app = await withAlice({ ...HEADER, ...SECRETS })
  const named = (address: string) => ({
    'X-Trusted-Proxy-Secret': OLDER,
    'X-Client-IP': address,
  })
  expect(await logins(app, ...clients(3, named))).toEqual([400, 400, 400])
})

test.each([
  '',
  ' ',
  'unknown',
  '203.0.113.1, 203.0.113.2',
  '<script>',
  '[2001:db8::1',
  '1.2.3.4:x',
])('an address of %j is none: the server’s own counts', async (address) => {
  const app = await withAlice({ ...HEADER, ...SECRETS })
  const headers = { ...PROVED, 'X-Client-IP': address }
  expect(await logins(app, headers, headers, headers)).toEqual([400, 400, 429])
})

test.each([
  ['198.51.100.4', ' 198.51.100.4:8080 '],
  ['198.51.100.4', '"198.51.100.4:8080"'],
  ['2001:db8:1::1', '[2001:db8:1::1]'],
  ['2001:db8:1::1', '[2001:db8:1::1]:8080'],
  ['fe80::1', 'fe80::1%eth0'],
  ['fe80::1', '"[fe80::1%25eth0]:443"'],
])('%s is also written %j', async (plain, written) => {
  const app = await withAlice({ ...HEADER, ...SECRETS })
  const named = (address: string) => ({ ...PROVED, 'X-Client-IP': address })
  expect(await logins(app, named(plain), named(written), named(plain))).toEqual([400, 400, 429])
  expect(await logins(app, named('203.0.113.5'))).toEqual([400])
})

describe('ALLAUTH_TRUSTED_PROXY_COUNT', () => {
  const forwarded = (list: string) => ({ ...PROVED, 'X-Forwarded-For': list })

  test.each<[number, string, string]>([
    [1, '{}', 'one proxy'],
    [1, `{}, ${SERVER}`, 'and Cloudflare behind it'],
    [2, `{}, 198.51.100.7, ${SERVER}`, 'two proxies and Cloudflare'],
    [1, `198.51.100.9, {}, ${SERVER}`, 'what a client wrote in front is not looked at'],
    [1, `{},, ,${SERVER},`, 'empty elements are none'],
    [2, `  {}:4711 ,\t198.51.100.7:80`, 'with ports'],
  ])('%i: %s (%s)', async (count, list) => {
    const app = await withAlice({ ALLAUTH_TRUSTED_PROXY_COUNT: count, ...SECRETS })
    const headers = (address: string) => forwarded(list.replace('{}', address))
    expect(await logins(app, ...clients(3, headers))).toEqual([400, 400, 400])
    const one = headers('203.0.113.200')
    expect(await logins(app, one, one, one)).toEqual([400, 400, 429])
  })

  test('a list that is too short names nobody', async () => {
    const app = await withAlice({ ALLAUTH_TRUSTED_PROXY_COUNT: 3, ...SECRETS })
    expect(await logins(app, ...clients(3, forwarded))).toEqual([400, 400, 429])
  })
})

test('DRF’s scope counts by the named address, too', async () => {
  const app = await withAlice({
    ...HEADER,
    ...SECRETS,
    ACCOUNT_RATE_LIMITS: false,
    DEFAULT_THROTTLE_RATES: { dj_rest_auth: '1/m' },
  })
  const named = (address: string) => ({ ...PROVED, 'X-Client-IP': address })
  expect(await logins(app, ...clients(3, named))).toEqual([400, 400, 400])
})

test('without the setting a server shares one address, and the log of the 429 says what to set', async () => {
  const app = await withAlice({})
  const headers = { 'X-Forwarded-For': `203.0.113.1, ${SERVER}` }
  expect(await logins(app, headers, headers, headers)).toEqual([400, 400, 429])
  expect(app.log.at(-1)).toMatchObject({
    event: 'request',
    status: 429,
    hint: 'a proxy called, and its own address was counted for all its users: see ALLAUTH_TRUSTED_CLIENT_IP_HEADER and TRUSTED_PROXY_SECRETS',
  })
  expect(await logins(app, { 'X-Forwarded-For': SERVER })).toEqual([429])
  expect(app.log.at(-1)?.['hint']).toBeUndefined()
})

test('a wrong secret is told in the log, and not what it was', async () => {
  const app = await withAlice({ ...HEADER, ...SECRETS })
  const headers = { 'X-Trusted-Proxy-Secret': 'a-typing-mistake', 'X-Client-IP': '203.0.113.1' }
  await logins(app, headers, headers, headers)
  expect(app.log.at(-1)).toMatchObject({
    hint: "X-Trusted-Proxy-Secret is none of TRUSTED_PROXY_SECRETS: the caller's own address was counted",
  })
  expect(JSON.stringify(app.log)).not.toContain('a-typing-mistake')
})

describe('at the start', () => {
  const faultsOf = (env: Record<string, unknown>) =>
    settingFaults(readSettings({ ...REQUIRED_ENV, ...env }), RARE_CHECKS)

  test.each([
    [HEADER, 'ALLAUTH_TRUSTED_CLIENT_IP_HEADER'],
    [{ ALLAUTH_TRUSTED_PROXY_COUNT: 1 }, 'ALLAUTH_TRUSTED_PROXY_COUNT'],
  ])('%j without a secret is refused', (env, name) => {
    expect(faultsOf(env)).toEqual([
      `${name} needs TRUSTED_PROXY_SECRETS, which the proxy sends as X-Trusted-Proxy-Secret: anybody could write the header. With nothing but Cloudflare in front, take it out`,
    ])
  })

  test('a short secret is refused', () => {
    expect(faultsOf({ ...HEADER, TRUSTED_PROXY_SECRETS: [SECRET, 'short'] })).toEqual([
      'TRUSTED_PROXY_SECRETS must each have at least 32 bytes; make one: openssl rand -base64 48',
    ])
  })

  test('Cloudflare’s own header needs none, and in development nothing does', async () => {
    expect(faultsOf({ ALLAUTH_TRUSTED_CLIENT_IP_HEADER: 'CF-Connecting-IP' })).toEqual([])
    expect(faultsOf({ ...HEADER, DEV_MAILBOX: 'true' })).toEqual([])
    expect(faultsOf({ ALLAUTH_TRUSTED_PROXIES: '1' })).toEqual([
      'ALLAUTH_TRUSTED_PROXIES is unknown',
    ])
    const app = await withAlice({ ...HEADER, DEV_MAILBOX: 'true' })
    expect(await logins(app, ...clients(3, (address) => ({ 'X-Client-IP': address })))).toEqual([
      400, 400, 400,
    ])
  })

  test('a header of no name is refused', () => {
    expect(faultsOf({ ALLAUTH_TRUSTED_CLIENT_IP_HEADER: 'X Client', ...SECRETS })[0]).toMatch(
      /^ALLAUTH_TRUSTED_CLIENT_IP_HEADER /,
    )
    expect(parseSettings(REQUIRED_ENV).TRUSTED_PROXY_SECRETS).toEqual([])
  })
})
