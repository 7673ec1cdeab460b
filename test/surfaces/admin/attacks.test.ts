import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { users } from '../../../src/db/schema.ts'
import { mountedRoutes } from '../../../src/surfaces/rest-auth/routes.ts'
import { servedMethods } from '../../../src/surfaces/rest-auth/methods.ts'
import { adminRoutes } from '../../../src/surfaces/admin/routes.ts'
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

test('an impersonated session sees no second factor and changes none', async () => {
  const { app, as } = await adminWorld({
    env: {
      MFA_ENABLED: 'true',
      PASSKEYS_ENABLED: 'true',
      DATA_EXPORT: 'true',
      ADMIN_NEEDS_SECOND_FACTOR: 'false',
    },
  })
  const { body } = await (await as('root'))('POST', `users/${ALICE}/impersonate/`)
  const headers = {
    Authorization: `Bearer ${String(body['access'])}`,
    'Content-Type': 'application/json',
  }
  const { settings } = app.deps()
  const routes = Object.entries(await mountedRoutes(settings))
  // Of second factors, the export of an account among them; logging in is nobody's yet.
  const calls = routes
    .filter(([path]) => /^(?:mfa|passkeys|reauthenticate|user\/export)\//.test(path))
    .filter(([, route]) => route.access(settings) === 'authenticated')
    .flatMap(([path, route]) =>
      servedMethods(route, settings).map(
        ([method]) => [method, `/${path.replace(/:id\{.*\}/, '1')}`] as const,
      ),
    )
  expect(calls.length).toBeGreaterThan(10)
  for (const [method, path] of calls) {
    const response = await app.request(path, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: '{}' }),
    })
    const answer = await response.json()
    expect([method, path, response.status, answer.code]).toEqual([
      method,
      path,
      403,
      'impersonated',
    ])
  }
})
