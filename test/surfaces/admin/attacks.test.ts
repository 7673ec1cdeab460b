import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { authTokens } from '../../../src/db/schema/credentials.ts'
import { users } from '../../../src/db/schema/users.ts'
import { mountedRoutes } from '../../../src/surfaces/rest-auth/routes.ts'
import { servedMethods } from '../../../src/surfaces/rest-auth/methods.ts'
import { adminRoutes } from '../../../src/surfaces/admin/routes.ts'
import { everythingIn } from '../../support/everything.ts'
import { EVERY_ROUTE } from '../../support/every-route.ts'
import { adminWorld } from './world.ts'

const [ALICE, BOB] = [1, 4]
const PASSWORD = 'right-horse-staple'
const OWN = 'https://auth.example.com'

/** Every endpoint that changes something, about Bob where it is about somebody. */
const UNSAFE = adminRoutes
  .filter(({ method }) => method !== 'GET')
  .map(({ method, path }) => [method, path.replaceAll(':id', String(BOB))] as const)

/** The kinds of logins that a browser keeps. */
const COOKIES = {
  'a session': { USE_JWT: 'false', TOKEN_MODEL: 'None', SESSION_LOGIN: 'true' },
  'a JWT cookie': { USE_JWT: 'true', JWT_AUTH_COOKIE: 'access' },
  'a JWT cookie that wants a token': {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    JWT_AUTH_COOKIE_USE_CSRF: 'true',
  },
  'a JWT cookie beside a header of its own': {
    USE_JWT: 'true',
    JWT_AUTH_COOKIE: 'access',
    SIMPLE_JWT_AUTH_HEADER_NAME: 'HTTP_X_ACCESS_TOKEN',
  },
} as const

describe.each(Object.entries(COOKIES))('cross-site request forgery against %s:', (_, env) => {
  async function browserOfRoot() {
    const world = await adminWorld({ env })
    const login = await world.app.post('/login/', { username: 'root', password: PASSWORD })
    await world.app.settle()
    const pairs = login.headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
    const csrf = pairs.find((pair) => pair.startsWith('csrftoken='))?.slice('csrftoken='.length)
    return { ...world, Cookie: pairs.join('; '), 'X-CSRFToken': csrf ?? '' }
  }

  test('nothing is done for another page, whatever else it sends', async () => {
    const { withHeaders, Cookie, db } = await browserOfRoot()
    const forged: readonly Readonly<Record<string, string>>[] = [
      {},
      { Origin: 'https://evil.example.com' },
      { Origin: 'null' },
      { Origin: OWN, 'Sec-Fetch-Site': 'same-site' },
      // What a form, or a link with a user and a password in it, makes a browser send.
      { Authorization: 'Basic cm9vdDpyb290' },
      { Authorization: 'Basic cm9vdDpyb290', Origin: 'https://evil.example.com' },
      { Authorization: 'Negotiate AAAA', 'Sec-Fetch-Site': 'cross-site' },
    ]
    for (const [method, path] of UNSAFE) {
      for (const headers of forged) {
        const call = withHeaders({ Cookie, ...headers })
        const { status, body } = await call(method, path, method === 'DELETE' ? undefined : {})
        // Some headers go before the cookie, which then says nothing.
        expect([path, headers, `${status} ${String(body['code'])}`]).toEqual([
          path,
          headers,
          expect.stringMatching(/^(?:403 csrf_failed|401 unauthenticated)$/),
        ])
      }
    }
    expect(await db.select().from(users).where(eq(users.id, BOB))).toMatchObject([
      { isActive: true, isStaff: false },
    ])
  })

  test('our own page acts', async () => {
    const { withHeaders, ...headers } = await browserOfRoot()
    const own = withHeaders({
      Cookie: headers.Cookie,
      'X-CSRFToken': headers['X-CSRFToken'],
      Origin: OWN,
    })
    expect((await own('POST', `users/${BOB}/disable/`)).body).toEqual({ changed: true })
  })
})

describe('names that JavaScript knows', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is an unknown field like any other, in bodies and queries',
    async (name) => {
      const { app, headersOf } = await adminWorld()
      const headers = { ...(await headersOf('root')), 'Content-Type': 'application/json' }
      const answers = [
        await app.request(`/admin/api/users/${BOB}/`, {
          method: 'PATCH',
          headers,
          body: `{"first_name":"B","${name}":{"isSuperuser":true}}`,
        }),
        await app.request(`/admin/api/users/?${name}=1`, { headers }),
      ]
      for (const answer of answers) {
        expect(answer.status).toBe(400)
        expect(await answer.text()).toContain(`"fields":{"${name}":["unknown"]}`)
      }
    },
  )
})

describe('tampered cursors', () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

  test.each([
    'users/?after=x',
    'users/?after=-1',
    'users/?after=9999999999999999',
    'users/?after=1%20or%201',
    'users/?search=a&after=x',
    'users/?search=a&after=1',
    `users/?search=a&after=${encoded(null)}`,
    `users/?search=a&after=${encoded([])}`,
    `users/?search=a&after=${encoded(['a'])}`,
    `users/?search=a&after=${encoded(['a', '1'])}`,
    `users/?search=a&after=${encoded(['a', 1.5])}`,
    `users/?search=a&after=${encoded(['a', -1])}`,
    `users/?search=a&after=${encoded(['a', 1, 2])}`,
    `users/?search=a&after=${encoded(['a\0', 1])}`,
    `users/?search=a&after=${encoded({ key: 'a', id: 1 })}`,
    `users/?search=a&after=${Buffer.from([0xff, 0xfe]).toString('base64url')}`,
  ])('%s is refused', async (path) => {
    const { as } = await adminWorld()
    const { status, body } = await (await as('root'))('GET', path)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'invalid', fields: { after: ['not_a_cursor'] } })
  })

  test('one of another search shows nothing that this search does not find', async () => {
    const { as } = await adminWorld()
    const root = await as('root')
    const cursor = encoded(['zzz', 1])
    const { body } = await root('GET', `users/?search=a&after=${cursor}`)
    expect(body).toEqual({ users: [], next: null })
    const begin = encoded(['', 0])
    const found = await root('GET', `users/?search=bob&after=${begin}`)
    expect(found.body['users']).toMatchObject([{ username: 'bob' }])
  })
})

/** What staff that acts as somebody may do by the endpoints of the account: look. */
const OPEN_TO_STAFF = new Set([
  'GET emails/',
  'GET emails/1/',
  'GET sessions/',
  'GET socialaccounts/',
  'GET user/',
])

async function rootAsAlice(env: Readonly<Record<string, unknown>>) {
  const { app, as, db } = await adminWorld({ env: { ...env, ADMIN_NEEDS_SECOND_FACTOR: 'false' } })
  const { body } = await (await as('root'))('POST', `users/${ALICE}/impersonate/`)
  const headers = {
    Authorization: `Bearer ${String(body['access'])}`,
    'Content-Type': 'application/json',
  }
  return { app, db, headers }
}

describe('an impersonated session', () => {
  test('does nothing that is for its owner alone, by any method of any endpoint', async () => {
    const { app, headers } = await rootAsAlice({ ...EVERY_ROUTE, ACCOUNT_LOGOUT_ON_GET: 'true' })
    const before = await everythingIn(app, ['audit_events'])
    const { settings } = app.deps()
    const routes = Object.entries(await mountedRoutes(settings))
    const wrong: unknown[] = []
    for (const [pattern, route] of routes) {
      const path = pattern.replace(/:id\{.*\}/, '1')
      // Where nobody asks who calls, or only a login begins; logging out has a test of its own.
      const isNobodys = route.authentication === 'none' || path.endsWith('/authorize/')
      if (isNobodys || path === 'logout/') continue
      for (const [method] of servedMethods(route, settings)) {
        const body = method === 'GET' ? {} : { body: '{}' }
        const response = await app.request(`/${path}`, { method, headers, ...body })
        const { code } = await response.json()
        const isRefused = response.status === 403 && code === 'impersonated'
        if (isRefused === OPEN_TO_STAFF.has(`${method} ${path}`)) {
          wrong.push([method, path, response.status, code])
        }
      }
    }
    expect(wrong).toEqual([])
    expect(await everythingIn(app, ['audit_events'])).toBe(before)
  })

  test('logs out itself, and leaves the token of the account', async () => {
    const { app, db, headers } = await rootAsAlice({ LOGOUT_ENDS_API_TOKENS: 'true' })
    await db.insert(authTokens).values({
      userId: ALICE,
      keyHash: 'hash',
      sealedKey: 'sealed',
      createdAt: new Date(0),
    })
    expect((await app.post('/logout/', {}, headers)).status).toBe(200)
    expect((await app.request('/user/', { headers })).status).toBe(401)
    expect(await db.select().from(authTokens)).toHaveLength(1)
  })
})
