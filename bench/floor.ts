/**
 * The floor: a Worker that does the least that an operation cannot do without, over the service's own
 * tables. No checks of input, no limits, no log, no settings: nobody could use it, and nothing is faster.
 * It writes what rotation of refresh tokens needs: the login that they belong to, and which are spent.
 */
import { hashAsDeployed, verifyPassword } from './password.ts'

type Env = { readonly TURSO_DATABASE_URL: string; readonly SECRET_KEY: string }
type Value = string | number | null

const ACCESS_SECONDS = 300
const REFRESH_SECONDS = 86_400

type Background = { readonly waitUntil: (work: Promise<unknown>) => void }
type Serve = (request: Request, env: Env, background: Background) => Promise<unknown>

const ROUTES: Readonly<Record<string, Serve>> = {
  '/dj-rest-auth/login/': login,
  '/dj-rest-auth/user/': readUser,
  '/dj-rest-auth/token/refresh/': refresh,
  '/dj-rest-auth/token/verify/': verify,
  '/hash/': hashAsDeployed,
}

export default {
  /** Serves the four operations, and a hash alone. */
  async fetch(request: Request, env: Env, background: Background): Promise<Response> {
    const serve = ROUTES[new URL(request.url).pathname]
    if (serve === undefined) return new Response(null, { status: 404 })
    return Response.json(await serve(request, env, background))
  },
}

async function login(request: Request, env: Env, background: Background): Promise<unknown> {
  const { username, password } = await readJson(request)
  const [row] = await query(
    env,
    'select id, username, email, first_name, last_name, password from users where username = ?',
    [username ?? ''],
  )
  const [id, name, email, firstName, lastName, hash] = row ?? []
  if (!(await verifyPassword(password ?? '', String(hash)))) throw new Error('wrong password')
  const family = crypto.randomUUID()
  background.waitUntil(recordLogin(env, { id: Number(id), family }))
  return {
    access: await sign(env, { id, family, type: 'access', seconds: ACCESS_SECONDS }),
    refresh: await sign(env, { id, family, type: 'refresh', seconds: REFRESH_SECONDS }),
    user: { pk: Number(id), username: name, email, first_name: firstName, last_name: lastName },
  }
}

/** After the answer: the login that its refresh tokens belong to. */
function recordLogin(
  env: Env,
  { id, family }: { readonly id: number; readonly family: string },
): Promise<unknown> {
  const now = Date.now()
  return query(
    env,
    `insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
    values (?, ?, ?, ?, ?)`,
    [family, id, now, now, now + REFRESH_SECONDS * 1000],
  )
}

async function readUser(request: Request, env: Env): Promise<unknown> {
  const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
  const claims = await requireClaims(env, token)
  const [row] = await query(
    env,
    'select id, username, email, first_name, last_name from users where id = ? and is_active = 1',
    [Number(claims['user_id'])],
  )
  const [id, username, email, firstName, lastName] = row ?? []
  return { pk: Number(id), username, email, first_name: firstName, last_name: lastName }
}

/** A refresh token is good once: the primary key decides between two uses at once. */
async function refresh(request: Request, env: Env): Promise<unknown> {
  const claims = await requireClaims(env, (await readJson(request))['refresh'] ?? '')
  const { jti, family, user_id: id, exp } = claims
  const spent = await query(
    env,
    `insert into spent_refresh_tokens (jti, user_id, family, spent_at, expires_at)
    select ?, id, ?, ?, ? from users where id = ? and is_active = 1
    on conflict do nothing returning jti`,
    [String(jti), String(family), Date.now(), Number(exp) * 1000, Number(id)],
  )
  if (spent.length === 0) throw new Error('spent or of no account')
  const next = { id: String(id), family: String(family) }
  return {
    access: await sign(env, { ...next, type: 'access', seconds: ACCESS_SECONDS }),
    refresh: await sign(env, { ...next, type: 'refresh', seconds: REFRESH_SECONDS }),
  }
}

async function verify(request: Request, env: Env): Promise<unknown> {
  await requireClaims(env, (await readJson(request))['token'] ?? '')
  return {}
}

async function readJson(request: Request): Promise<Readonly<Record<string, string>>> {
  const body: Readonly<Record<string, string>> = await request.json()
  return body
}

/** One statement over libSQL's HTTP protocol; rows of plain values. */
async function query(env: Env, sql: string, args: readonly Value[]): Promise<readonly Value[][]> {
  const typed = args.map((value) =>
    typeof value === 'number' ? { type: 'integer', value: String(value) } : { type: 'text', value },
  )
  const response = await fetch(`${env.TURSO_DATABASE_URL}/v2/pipeline`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      requests: [{ type: 'execute', stmt: { sql, args: typed } }, { type: 'close' }],
    }),
  })
  const { results }: Pipeline = await response.json()
  const rows = results[0]?.response?.result?.rows ?? []
  return rows.map((row) => row.map(({ value }) => value ?? null))
}

type Pipeline = {
  readonly results: readonly {
    readonly response?: {
      readonly result?: { readonly rows: readonly (readonly { readonly value?: Value }[])[] }
    }
  }[]
}

let key: Promise<CryptoKey> | undefined

function keyOf(env: Env): Promise<CryptoKey> {
  key ??= crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(env.SECRET_KEY),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  )
  return key
}

const HEADER = toBase64Url('{"alg":"HS256","typ":"JWT"}')

type Signed = {
  readonly id: Value | undefined
  readonly family: string
  readonly type: string
  readonly seconds: number
}

async function sign(env: Env, { id, family, type, seconds }: Signed): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { token_type: type, exp: now + seconds, iat: now, jti: crypto.randomUUID() }
  const payload = JSON.stringify({ ...claims, family, user_id: String(id) })
  const text = `${HEADER}.${toBase64Url(payload)}`
  const bytes = await crypto.subtle.sign('HMAC', await keyOf(env), new TextEncoder().encode(text))
  return `${text}.${toBase64Url(String.fromCharCode(...new Uint8Array(bytes)))}`
}

async function requireClaims(env: Env, token: string): Promise<Readonly<Record<string, unknown>>> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const isGood = await crypto.subtle.verify(
    'HMAC',
    await keyOf(env),
    Uint8Array.from(fromBase64Url(signature), (character) => character.charCodeAt(0)),
    new TextEncoder().encode(`${header}.${payload}`),
  )
  const claims: Readonly<Record<string, unknown>> = JSON.parse(fromBase64Url(payload))
  if (!isGood || Number(claims['exp']) * 1000 < Date.now()) throw new Error('bad token')
  return claims
}

function toBase64Url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64Url(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
}
