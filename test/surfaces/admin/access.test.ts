import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { adminKeys } from '../../../src/db/schema/operator.ts'
import { users } from '../../../src/db/schema/users.ts'
import { revokeKey } from '../../../src/core/operator/admin-keys.ts'
import { adminRoutes } from '../../../src/surfaces/admin/routes.ts'
import { ADMIN_SCOPES } from '../../../src/settings/admin-scopes.ts'
import { createTestApp } from '../../support/app.ts'
import { adminWorld, type Call } from './world.ts'

const [ALICE, SAM, ROOT, BOB] = [1, 2, 3, 4]

/** Every endpoint, about Bob where it is about an account. */
const EVERY = adminRoutes.map(
  ({ method, path }) => [method, path.replace(':id', String(BOB))] as const,
)

async function codesOf(call: Call): Promise<readonly unknown[]> {
  const found = new Set<string>()
  for (const [method, path] of EVERY) {
    const { status, body } = await call(
      method,
      path,
      method === 'GET' || method === 'DELETE' ? undefined : {},
    )
    found.add(`${status} ${String(body['code'])}`)
  }
  return [...found]
}

test('off, nothing of it exists, not even for superusers', async () => {
  const { as, app } = await adminWorld({ env: { ADMIN_API: 'false' } })
  const root = await as('root')
  expect((await root('GET', 'me/')).status).toBe(404)
  expect((await app.request('/admin/')).status).toBe(404)
  expect((await app.request('/admin/openapi.json')).status).toBe(404)
})

describe('is refused everywhere:', () => {
  test('a stranger, a wrong key, a revoked and an expired one', async () => {
    const { app, db, withHeaders, withKey } = await adminWorld()
    expect(await codesOf(withHeaders({}))).toEqual(['401 unauthenticated'])
    const wrong = { Authorization: 'Bearer rae_admin_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
    expect(await codesOf(withHeaders(wrong))).toEqual(['401 unauthenticated'])
    const key = await withKey(ADMIN_SCOPES)
    expect((await key('GET', 'me/')).status).toBe(200)
    await revokeKey(app.deps(), 1)
    expect(await codesOf(key)).toEqual(['401 unauthenticated'])
    const other = await withKey(ADMIN_SCOPES)
    await db.update(adminKeys).set({ expiresAt: app.deps().now }).where(eq(adminKeys.id, 2))
    expect(await codesOf(other)).toEqual(['401 unauthenticated'])
    expect((await other('GET', 'me/')).headers.get('WWW-Authenticate')).toBe('Bearer realm="api"')
  })

  test('a plain user', async () => {
    const { as } = await adminWorld()
    expect(await codesOf(await as('alice'))).toEqual(['403 forbidden'])
  })

  test('a stolen login that is not fresh, until its owner proves again', async () => {
    const { app, headersOf, withHeaders } = await adminWorld({
      env: { SIMPLE_JWT_ACCESS_TOKEN_LIFETIME: '86400' },
    })
    const headers = await headersOf('root')
    app.clock.advance(1_801)
    const root = withHeaders(headers)
    expect(await codesOf(root)).toEqual(['403 reauthentication_required'])
    expect((await root('GET', 'me/')).body).toMatchObject({ flows: [{ id: 'reauthenticate' }] })
    const proved = await app.post('/reauthenticate/', { password: 'right-horse-staple' }, headers)
    expect(proved.status).toBe(200)
    expect((await root('GET', 'me/')).status).toBe(200)
  })

  test('staff without a second factor, where there are any', async () => {
    const { as } = await adminWorld({ env: { MFA_ENABLED: 'true' } })
    expect(await codesOf(await as('root'))).toEqual(['403 second_factor_required'])
  })

  test('staff that was deactivated, and whose rights were taken', async () => {
    const { db, as } = await adminWorld()
    const [sam, root] = [await as('sam'), await as('root')]
    await db.update(users).set({ isActive: false }).where(eq(users.id, SAM))
    expect((await sam('GET', 'me/')).status).toBe(401)
    await db.update(users).set({ isStaff: false, isSuperuser: false }).where(eq(users.id, ROOT))
    expect(await codesOf(root)).toEqual(['403 forbidden'])
  })

  test('an impersonated session, which also changes nothing elsewhere', async () => {
    const { app, as, withHeaders } = await adminWorld()
    const root = await as('root')
    const { body } = await root('POST', `users/${ALICE}/impersonate/`)
    const headers = { Authorization: `Bearer ${String(body['access'])}` }
    expect(await codesOf(withHeaders(headers))).toEqual(['403 impersonated'])
    expect((await app.request('/user/', { headers })).status).toBe(200)
    const writes: readonly (readonly [string, string])[] = [
      ['PATCH', '/user/'],
      ['POST', '/password/change/'],
      ['DELETE', '/sessions/'],
      ['POST', '/logout/all/'],
      ['POST', '/reauthenticate/'],
    ]
    for (const [method, path] of writes) {
      const response = await app.request(path, {
        method,
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: '{}',
      })
      const { code } = await response.json()
      expect([path, response.status, code]).toEqual([path, 403, 'impersonated'])
    }
  })
})

describe('what staff may not do:', () => {
  test('anything beyond ADMIN_STAFF_SCOPES, whatever is asked for', async () => {
    const { as } = await adminWorld()
    const sam = await as('sam')
    for (const [method, path] of EVERY.filter(([name]) => name !== 'GET')) {
      const { status, body } = await sam(method, path, method === 'DELETE' ? undefined : {})
      expect([path, status, body['code']]).toEqual([path, 403, 'forbidden'])
    }
    expect((await sam('GET', `users/${BOB}/`)).status).toBe(200)
  })

  test('act on staff, superusers and themselves, even with every scope', async () => {
    const { as } = await adminWorld({ env: { ADMIN_STAFF_SCOPES: ADMIN_SCOPES.join(',') } })
    const [sam, root] = [await as('sam'), await as('root')]
    const code = async (call: Call, id: number | undefined, name = 'disable') =>
      (await call('POST', `users/${id}/${name}/`)).body['code']
    expect(await code(sam, ROOT)).toBe('target_outranks')
    expect(await code(sam, SAM)).toBe('own_account')
    expect(await code(sam, ROOT, 'impersonate')).toBe('target_outranks')
    expect(await code(root, ROOT)).toBe('own_account')
    expect(await code(root, SAM, 'impersonate')).toBe('target_outranks')
    expect((await sam('DELETE', `users/${ROOT}/`)).body['code']).toBe('target_outranks')
    const rights = { is_staff: true, is_superuser: true }
    expect((await sam('POST', `users/${BOB}/set-rights/`, rights)).body['code']).toBe('forbidden')
    expect((await root('POST', `users/${ROOT}/set-rights/`, rights)).body['code']).toBe(
      'own_account',
    )
  })

  test('the same holds for a key with every scope', async () => {
    const { withKey } = await adminWorld()
    const key = await withKey(ADMIN_SCOPES)
    expect((await key('POST', `users/${SAM}/disable/`)).body['code']).toBe('target_outranks')
    const rights = { is_staff: true, is_superuser: true }
    expect((await key('POST', `users/${BOB}/set-rights/`, rights)).body['code']).toBe('forbidden')
    expect((await key('POST', `users/${BOB}/impersonate/`)).body['fields']).toEqual({
      '': ['needs_jwt'],
    })
    expect((await key('POST', `users/${BOB}/disable/`)).body).toEqual({ changed: true })
  })

  test('a key does what its scopes say, and no more', async () => {
    const { withKey } = await adminWorld()
    const key = await withKey(['users:read'])
    expect((await key('GET', 'users/')).status).toBe(200)
    expect((await key('GET', 'audit/')).body).toMatchObject({
      code: 'forbidden',
      scope: 'audit:read',
    })
    expect((await key('POST', `users/${BOB}/disable/`)).body['code']).toBe('forbidden')
  })
})

describe('pages of others', () => {
  const cookies = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'access' }

  async function withCookie(more: Record<string, string>) {
    const world = await adminWorld({ env: cookies })
    const login = await world.app.post('/login/', {
      username: 'root',
      password: 'right-horse-staple',
    })
    await world.app.settle()
    const [cookie = ''] = login.headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
    return world.withHeaders({ Cookie: cookie, ...more })
  }

  test('cookies act from our own pages alone', async () => {
    const own = await withCookie({ Origin: 'https://auth.example.com' })
    expect((await own('POST', `users/${BOB}/disable/`)).body).toEqual({ changed: true })
    for (const headers of [
      { Origin: 'https://evil.example.com' },
      { Origin: 'null' },
      {},
      { Origin: 'https://auth.example.com', 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const call = await withCookie(headers)
      expect((await call('POST', `users/${BOB}/disable/`)).body['code']).toBe('csrf_failed')
    }
    const foreign = await withCookie({ Origin: 'https://evil.example.com' })
    expect((await foreign('GET', 'users/')).body['code']).toBe('csrf_failed')
  })

  test('a form cannot write, nor can any type but JSON', async () => {
    const { headersOf, app } = await adminWorld()
    const response = await app.request(`/admin/api/users/${BOB}/disable/`, {
      method: 'POST',
      headers: { ...(await headersOf('root')), 'Content-Type': 'text/plain' },
      body: '{}',
    })
    expect([response.status, (await response.json()).code]).toEqual([415, 'unsupported_media_type'])
  })

  test('read nothing where only CORS_ALLOWED_ORIGINS names them', async () => {
    const app = await createTestApp({
      env: {
        ADMIN_API: 'true',
        CORS_ALLOWED_ORIGINS: 'https://app.example.com',
        ADMIN_CORS_ALLOWED_ORIGINS: 'https://desk.example.com',
        CORS_ALLOW_CREDENTIALS: 'true',
      },
    })
    const ask = (origin: string, method = 'GET') =>
      app.request('/admin/api/me/', {
        method,
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      })
    const allowed = (response: Response) => response.headers.get('Access-Control-Allow-Origin')
    expect(allowed(await ask('https://app.example.com'))).toBeNull()
    expect((await ask('https://app.example.com', 'OPTIONS')).status).not.toBe(204)
    const desk = await ask('https://desk.example.com')
    expect(allowed(desk)).toBe('https://desk.example.com')
    expect(desk.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    const preflight = await ask('https://desk.example.com', 'OPTIONS')
    expect([preflight.status, allowed(preflight)]).toEqual([204, 'https://desk.example.com'])
  })
})

test('a caller who asks too often waits, and others do not', async () => {
  const { as } = await adminWorld({ env: { ADMIN_RATE: '2/m' } })
  const [sam, root] = [await as('sam'), await as('root')]
  const statuses: number[] = []
  for (let call = 0; call < 3; call += 1) statuses.push((await sam('GET', 'users/')).status)
  expect(statuses).toEqual([200, 200, 429])
  const refused = await sam('GET', 'users/')
  expect(refused.body['code']).toBe('throttled')
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect((await root('GET', 'users/')).status).toBe(200)
})

describe('bad input', () => {
  test.each([
    ['POST', 'users/', [], { fields: { '': ['not_an_object'] } }],
    ['POST', 'users/', { username: 1 }, { fields: { username: ['not_a_string'] } }],
    ['POST', 'users/', { user: 'x' }, { fields: { user: ['unknown'], username: ['required'] } }],
    ['POST', 'users/', { username: 'x\0' }, { fields: { username: ['not_a_string'] } }],
    ['POST', `users/${BOB}/set-email/`, { email: 'x' }, { fields: { email: ['email_invalid'] } }],
    ['PATCH', `users/${BOB}/`, { username: 'a b' }, { fields: { username: ['username_invalid'] } }],
  ])('%s %s %j says which field and why', async (method, path, body, expected) => {
    const { as } = await adminWorld()
    const answer = await (await as('root'))(method, path, body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'invalid', ...expected })
  })

  test.each([
    ['users/?limit=0', { limit: ['out_of_range'] }],
    ['users/?limit=x', { limit: ['not_a_number'] }],
    ['users/?active=yes', { active: ['not_a_boolean'] }],
    ['users/?last_login_since=soon', { last_login_since: ['not_a_time'] }],
    ['counters/?step=year', { step: ['unknown_value'] }],
    ['audit/?nobody=1', { nobody: ['unknown'] }],
  ])('%s is refused', async (path, fields) => {
    const { as } = await adminWorld()
    expect((await (await as('root'))('GET', path)).body).toMatchObject({ code: 'invalid', fields })
  })

  test('every endpoint is there without the slash at its end, too', async () => {
    const { as } = await adminWorld()
    const root = await as('root')
    expect((await root('GET', 'me')).body).toMatchObject({ kind: 'staff' })
    expect((await root('GET', `users/${BOB}`)).body).toMatchObject({ username: 'bob' })
    expect((await root('POST', `users/${BOB}/disable`)).body).toEqual({ changed: true })
    expect((await root('GET', 'users//')).status).toBe(404)
  })

  test('unknown paths and methods are 404 and 405', async () => {
    const { as } = await adminWorld()
    const root = await as('root')
    expect((await root('GET', 'nothing/')).body['code']).toBe('not_found')
    expect((await root('GET', 'users/99/')).body['code']).toBe('not_found')
    expect((await root('DELETE', 'me/')).body['code']).toBe('method_not_allowed')
  })
})
