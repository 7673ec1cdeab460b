import { eq } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { emailAddresses, users } from '../src/db/schema.ts'
import {
  answerOf,
  cookieHeaderOf,
  cookieValuesOf,
  memberOf,
  type Answer,
} from './support/answer.ts'
import { aUser, createTestApp, type TestApp, type TestAppOptions } from './support/app.ts'
import { linkOf, mailedKey, mailedReset, takeMails } from './support/mail.ts'

/** What both modes answer where they differ: one block a setting, named after it. */
type Mode = 'exact' | 'safe'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const PASSWORD = 'right-horse-staple'
const NEW = 'better-horse-battery'
const ALICE = { username: 'alice', password: PASSWORD }
const CAROL = {
  username: 'carol',
  email: 'carol@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
}
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }
const COOKIES = { USE_JWT: 'true', JWT_AUTH_COOKIE: 'auth', JWT_AUTH_REFRESH_COOKIE: 'refresh' }
const CHANGE = { new_password1: NEW, new_password2: NEW }

async function appIn(
  mode: Mode,
  env: Record<string, unknown> = {},
  seeded: TestAppOptions['users'] = [aUser({ tokenKey: KEY })],
): Promise<TestApp> {
  const base = { ACCOUNT_RATE_LIMITS: 'false', KNOWN_DEVICE_COOKIE: '' }
  return createTestApp({ env: { ...base, DJANGO_COMPATIBILITY: mode, ...env }, users: seeded })
}

async function statusOf(response: Promise<Response>): Promise<number> {
  return (await response).status
}

function refused(mode: Mode, exact: string): Answer {
  const detail = mode === 'exact' ? exact : 'Token is invalid or expired'
  return { status: 401, body: { detail, code: 'token_not_valid' } }
}

describe('IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS', () => {
  const ENDPOINTS: readonly (readonly [string, unknown])[] = [
    ['login/', ALICE],
    ['registration/', CAROL],
    ['password/reset/', { email: 'alice@example.com' }],
    ['registration/resend-email/', { email: 'alice@example.com' }],
  ]

  test.each(ENDPOINTS)('exact: a stale token turns %s into 401', async (path, body) => {
    const app = await appIn('exact')
    const response = app.post(path, body, { Authorization: `Token ${'f'.repeat(40)}` })
    expect(await answerOf(response)).toEqual({ status: 401, body: { detail: 'Invalid token.' } })
  })

  test.each(ENDPOINTS)('safe: %s ignores a stale token', async (path, body) => {
    const app = await appIn('safe')
    const response = app.post(path, body, { Authorization: `Token ${'f'.repeat(40)}` })
    expect([200, 201]).toContain(await statusOf(response))
  })

  test('exact: a stale JWT cookie turns a login into 401', async () => {
    const app = await appIn('exact', COOKIES)
    expect(await statusOf(app.post('login/', ALICE, { Cookie: 'auth=stale' }))).toBe(401)
  })

  test('safe: a login ignores a stale JWT cookie', async () => {
    const app = await appIn('safe', COOKIES)
    expect(await statusOf(app.post('login/', ALICE, { Cookie: 'auth=stale' }))).toBe(200)
  })

  test.each<Mode>(['exact', 'safe'])(
    '%s: where a login is needed, a stale token is 401',
    async (mode) => {
      const app = await appIn(mode)
      const headers = { Authorization: `Token ${'f'.repeat(40)}` }
      expect(await answerOf(app.request('user/', { headers }))).toEqual({
        status: 401,
        body: { detail: 'Invalid token.' },
      })
    },
  )
})

describe('ALLOW_OWN_USERNAME', () => {
  const put = (app: TestApp, username: string) =>
    app.request('user/', {
      method: 'PUT',
      headers: { Authorization: `Token ${KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ username }),
    })

  test('exact: the own name is taken', async () => {
    const app = await appIn('exact')
    expect(await answerOf(put(app, 'Alice'))).toEqual({
      status: 400,
      body: { username: ['A user with that username already exists.'] },
    })
  })

  test('safe: the own name may be written again, in another case, too', async () => {
    const app = await appIn('safe')
    const body = { pk: 1, email: 'alice@example.com', first_name: '', last_name: '' }
    for (const username of ['alice', 'Alice']) {
      expect(await answerOf(put(app, username))).toEqual({
        status: 200,
        body: { ...body, username },
      })
    }
  })
})

describe('REGISTRATION_SETS_JWT_COOKIES', () => {
  test('exact: no cookies, and the refresh token in the body', async () => {
    const app = await appIn('exact', COOKIES, [])
    const response = await app.post('registration/', CAROL)
    expect(Object.keys(cookieValuesOf(response))).not.toContain('auth')
    expect(await memberOf(response, 'refresh')).toMatch(/^ey/)
  })

  test('safe: the cookies of a login, and no refresh token in the body', async () => {
    const app = await appIn('safe', COOKIES, [])
    const response = await app.post('registration/', CAROL)
    expect(cookieValuesOf(response)).toMatchObject({
      auth: expect.stringMatching(/^ey/),
      refresh: expect.stringMatching(/^ey/),
    })
    expect(await memberOf(response, 'refresh')).toBe('')
  })
})

describe('REVOKE_TOKENS_ON_PASSWORD_CHANGE', () => {
  const change = (app: TestApp, headers: HeadersInit) =>
    app.post('password/change/', CHANGE, headers)
  const resetPassword = async (app: TestApp) => {
    await app.post('password/reset/', { email: 'alice@example.com' })
    const link = await mailedReset(app)
    const response = app.post('password/reset/confirm/', { ...link, ...CHANGE })
    expect(await statusOf(response)).toBe(200)
  }

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a change the auth token answers %i', async (mode, status) => {
    const app = await appIn(mode, { LOGOUT_ON_PASSWORD_CHANGE: 'true' })
    const headers = { Authorization: `Token ${KEY}` }
    expect(await statusOf(change(app, headers))).toBe(200)
    expect(await statusOf(app.request('user/', { headers }))).toBe(status)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a reset the auth token answers %i', async (mode, status) => {
    const app = await appIn(mode)
    await resetPassword(app)
    const headers = { Authorization: `Token ${KEY}` }
    expect(await statusOf(app.request('user/', { headers }))).toBe(status)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a reset tokens of another device answer %i', async (mode, status) => {
    const app = await appIn(mode, JWT)
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    await app.settle()
    app.clock.advance(2)
    await resetPassword(app)
    expect(await statusOf(app.request('user/', { headers }))).toBe(status)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(status)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: after a change tokens of the same second answer %i', async (mode, status) => {
    const app = await appIn(mode, JWT)
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    await app.settle()
    app.clock.advance(0.5)
    expect(await statusOf(change(app, headers))).toBe(200)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(status)
  })

  test('safe: who logs in after a change is let in', async () => {
    const app = await appIn('safe', JWT)
    await resetPassword(app)
    const login = app.post('login/', { username: 'alice', password: NEW })
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    expect(await statusOf(app.request('user/', { headers }))).toBe(200)
  })
})

describe('LOGOUT_WITHOUT_REFRESH_TOKEN', () => {
  test.each([
    ['true', 'Refresh token was not included in cookie data.'],
    ['false', 'Refresh token was not included in request data.'],
  ])('exact: JWT_AUTH_HTTPONLY %s: 401, yet cookies are cleared', async (httpOnly, detail) => {
    const app = await appIn('exact', { ...COOKIES, JWT_AUTH_HTTPONLY: httpOnly })
    const response = await app.post('logout/')
    expect(cookieValuesOf(response)).toEqual({ auth: '""', refresh: '""' })
    expect(await answerOf(response)).toEqual({ status: 401, body: { detail } })
  })

  test.each(['true', 'false'])('safe: JWT_AUTH_HTTPONLY %s: 200', async (httpOnly) => {
    const app = await appIn('safe', { ...COOKIES, JWT_AUTH_HTTPONLY: httpOnly })
    const response = await app.post('logout/')
    expect(cookieValuesOf(response)).toEqual({ auth: '""', refresh: '""' })
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: { detail: 'Successfully logged out.' },
    })
  })

  test('safe: the refresh cookie is revoked when it is there', async () => {
    const app = await appIn('safe', { ...COOKIES, JWT_AUTH_HTTPONLY: 'false' })
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    await app.settle()
    expect(await statusOf(app.post('logout/', undefined, { Cookie: `refresh=${refresh}` }))).toBe(
      200,
    )
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(401)
  })
})

describe('JWT_LOGIN_SETS_CSRF_COOKIE', () => {
  const GUARDED = { ...COOKIES, JWT_AUTH_COOKIE_USE_CSRF: 'true', SESSION_LOGIN: 'false' }
  const OWN_ORIGIN = { Origin: 'https://auth.example.com' }

  test('exact: nobody sets the CSRF cookie', async () => {
    const app = await appIn('exact', GUARDED)
    expect(Object.keys(cookieValuesOf(await app.post('login/', ALICE)))).toEqual([
      'auth',
      'refresh',
    ])
  })

  test('exact: a second login is 403', async () => {
    const app = await appIn('exact', GUARDED)
    const Cookie = cookieHeaderOf(await app.post('login/', ALICE))
    expect(await answerOf(app.post('login/', ALICE, { Cookie, ...OWN_ORIGIN }))).toEqual({
      status: 403,
      body: { detail: 'CSRF Failed: CSRF cookie not set.' },
    })
  })

  test('safe: login sets it', async () => {
    const app = await appIn('safe', GUARDED)
    const cookies = cookieValuesOf(await app.post('login/', ALICE))
    expect(cookies['csrftoken']).toMatch(/^[a-zA-Z0-9]{32}$/)
  })

  test.each([
    ['its own pages', OWN_ORIGIN],
    ['a server that sends no Origin', {}],
    ['a trusted page', { Origin: 'https://app.example' }],
  ])('safe: a second login from %s needs no token', async (_, headers) => {
    const app = await appIn('safe', { ...GUARDED, CSRF_TRUSTED_ORIGINS: 'https://app.example' })
    const Cookie = cookieHeaderOf(await app.post('login/', ALICE))
    expect(await statusOf(app.post('login/', ALICE, { Cookie, ...headers }))).toBe(200)
  })

  test('safe: a page that is not trusted cannot log its visitors in', async () => {
    const app = await appIn('safe', GUARDED)
    const headers = { Origin: 'https://evil.example' }
    expect(await answerOf(app.post('login/', ALICE, headers))).toEqual({
      status: 403,
      body: {
        detail:
          'CSRF Failed: Origin checking failed - https://evil.example does not match any trusted origins.',
      },
    })
  })
})

describe('TOKEN_VERIFY_CHECKS_BLACKLIST', () => {
  test.each<[Mode, Answer]>([
    ['exact', { status: 200, body: {} }],
    ['safe', refused('safe', '')],
  ])('%s: token/verify/ of a blacklisted refresh token', async (mode, answer) => {
    const app = await appIn(mode, JWT)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    await app.settle()
    await app.post('logout/', { refresh })
    expect(await answerOf(app.post('token/verify/', { token: refresh }))).toEqual(answer)
  })
})

describe('REFRESH_CHECKS_REVOKE_CLAIM', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 401],
  ])('%s: a refresh after a password change answers %i', async (mode, status) => {
    const app = await appIn(mode, {
      ...JWT,
      SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true',
      REVOKE_TOKENS_ON_PASSWORD_CHANGE: 'false',
    })
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const headers = { Authorization: `Bearer ${await memberOf(login, 'access')}` }
    expect(await statusOf(app.post('password/change/', CHANGE, headers))).toBe(200)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(status)
  })
})

describe('HONOUR_UPDATE_LAST_LOGIN', () => {
  test.each<[Mode, boolean]>([
    ['exact', false],
    ['safe', true],
  ])('%s: SIMPLE_JWT_UPDATE_LAST_LOGIN has an effect: %s', async (mode, isSet) => {
    const app = await appIn(mode, {
      ...JWT,
      SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true',
      SESSION_LOGIN: 'false',
    })
    await app.post('login/', ALICE)
    await app.settle()
    const [row] = await app.deps().db.select({ at: users.lastLoginAt }).from(users)
    expect(row?.at).toEqual(isSet ? app.clock.now() : null)
  })
})

describe('REGISTRATION_HIDES_EXISTING_EMAIL', () => {
  const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
  const taken = { ...CAROL, email: 'Alice@example.com' }

  test('exact: registration tells that an address is verified', async () => {
    const app = await appIn('exact', MANDATORY)
    expect(await answerOf(app.post('registration/', taken))).toEqual({
      status: 400,
      body: { email: ['User is already registered with this e-mail address.'] },
    })
  })

  test('safe: the same answer, and the mail goes to the owner', async () => {
    const app = await appIn('safe', MANDATORY)
    const known = await answerOf(app.post('registration/', taken))
    expect(known).toEqual({ status: 201, body: { detail: 'Verification e-mail sent.' } })
    const mails = await takeMails(app)
    expect(mails).toEqual([
      expect.objectContaining({
        to: 'alice@example.com',
        subject: expect.stringContaining('Account Already Exists'),
      }),
    ])
    expect(mails[0]?.text).not.toContain('account-confirm-email')
    expect(await answerOf(app.post('registration/', { ...CAROL, username: 'dave' }))).toEqual(known)
  })

  test('safe: who registers with a taken address cannot log in', async () => {
    const app = await appIn('safe', MANDATORY)
    await app.post('registration/', taken)
    expect(await statusOf(app.post('login/', { username: 'carol', password: PASSWORD }))).toBe(400)
    expect(await statusOf(app.post('login/', ALICE))).toBe(200)
  })

  test('safe: an unfit password is refused the same for known and unknown addresses', async () => {
    const app = await appIn('safe', MANDATORY)
    const weak = { password1: '1234', password2: '1234' }
    const known = await answerOf(app.post('registration/', { ...taken, ...weak }))
    expect(known).toEqual(await answerOf(app.post('registration/', { ...CAROL, ...weak })))
  })

  test('safe: costs the same for known and unknown addresses', async () => {
    const app = await appIn('safe', MANDATORY)
    const known = await app.costOf(() => app.post('registration/', taken))
    const unknown = await app.costOf(() => app.post('registration/', CAROL))
    expect(known.waited).toEqual(unknown.waited)
  })
})

describe('VERIFIED_EMAIL_IS_UNIQUE', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 404],
  ])('%s: the second account to verify an address gets %i', async (mode, status) => {
    const email = 'shared@example.com'
    const app = await appIn(mode, {}, [aUser({ email, emailVerified: false })])
    await app.post('registration/resend-email/', { email })
    const key = await mailedKey(app)
    await app.post('registration/', { ...CAROL, email })
    const second = await mailedKey(app)
    const verify = (given: string) => app.post('registration/verify-email/', { key: given })
    expect(await statusOf(verify(key))).toBe(200)
    expect(await statusOf(verify(second))).toBe(status)
  })

  test('safe: of many accounts that verify an address at once one gets it', async () => {
    const email = 'shared@example.com'
    const names = ['a', 'b', 'c', 'd']
    const app = await appIn('safe', {}, [])
    const keys: string[] = []
    for (const username of names) {
      await app.post('registration/', { ...CAROL, username, email })
      keys.push(await mailedKey(app))
    }
    const statuses = await Promise.all(
      keys.map((key) => statusOf(app.post('registration/verify-email/', { key }))),
    )
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 404, 404, 404])
  })
})

describe('RESEND_FOLDS_EMAIL', () => {
  const resend = async (app: TestApp, email: string) => {
    await app.post('registration/resend-email/', { email })
    return (await takeMails(app)).map(({ to }) => to)
  }

  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['alice@example.com']],
  ])('%s: an address in another case', async (mode, recipients) => {
    const app = await appIn(mode, {}, [aUser({ emailVerified: false })])
    expect(await resend(app, 'ALICE@example.com')).toEqual(recipients)
  })

  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['alice@example.com']],
  ])('%s: an account without an address row', async (mode, recipients) => {
    const app = await appIn(mode, {}, [aUser({ emailVerified: null })])
    expect(await resend(app, 'alice@example.com')).toEqual(recipients)
  })

  test('safe: an imported account gets past mandatory verification', async () => {
    const app = await appIn('safe', { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, [
      aUser({ emailVerified: null }),
    ])
    expect(await statusOf(app.post('login/', ALICE))).toBe(400)
    await app.post('registration/resend-email/', { email: 'alice@example.com' })
    await app.post('registration/verify-email/', { key: await mailedKey(app) })
    expect(await statusOf(app.post('login/', ALICE))).toBe(200)
  })

  test('safe: an imported account whose address has capitals gets past it, too', async () => {
    const app = await appIn('safe', { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, [
      aUser({ email: 'Alice@Example.com', emailVerified: null }),
    ])
    await app.post('registration/resend-email/', { email: 'Alice@Example.com' })
    await app.post('registration/verify-email/', { key: await mailedKey(app) })
    expect(await statusOf(app.post('login/', ALICE))).toBe(200)
  })
})

describe('HONOUR_SIGNUP_FIELDS', () => {
  const registerIn = async (mode: Mode, fields: string, body: unknown) => {
    const app = await appIn(mode, { ...JWT, ACCOUNT_SIGNUP_FIELDS: fields }, [])
    return answerOf(app.post('registration/', body))
  }
  const required = ['This field is required.']

  test('exact: username and password2 are asked for all the same', async () => {
    const body = { email: 'carol@example.com', password1: PASSWORD }
    expect(await registerIn('exact', 'email*,password1*', body)).toEqual({
      status: 400,
      body: { username: required, password2: required },
    })
  })

  test('safe: username and password2 may be left out', async () => {
    const body = { email: 'carol@example.com', password1: PASSWORD }
    const answer = await registerIn('safe', 'email*,password1*', body)
    expect(answer).toMatchObject({
      status: 201,
      body: { user: { pk: 1, username: 'carol', email: 'carol@example.com' } },
    })
  })

  test('safe: a field that is left out is not read', async () => {
    const body = { username: 'carol', email: 'not an address', password1: PASSWORD }
    const answer = await registerIn('safe', 'username*,password1*', body)
    expect(answer).toMatchObject({ status: 201, body: { user: { username: 'carol', email: '' } } })
  })

  test('exact: an email that the fields leave out is still asked for', async () => {
    const { email, ...body } = CAROL
    expect(email).toBeDefined()
    expect(await registerIn('exact', 'username*,password1*,password2*', body)).toEqual({
      status: 400,
      body: { email: required },
    })
  })

  test('safe: of two names made from one address each account has its own', async () => {
    const app = await appIn('safe', { ...JWT, ACCOUNT_SIGNUP_FIELDS: 'email*,password1*' }, [])
    const register = (email: string) =>
      answerOf(app.post('registration/', { email, password1: PASSWORD }))
    await register('carol@example.com')
    expect(await register('carol@example.org')).toMatchObject({
      status: 201,
      body: { user: { pk: 2, username: expect.stringMatching(/^carol\d+$/) } },
    })
  })
})

describe('THROTTLE_ALL_ENDPOINTS', () => {
  const RATE = { ...JWT, DEFAULT_THROTTLE_RATES: { dj_rest_auth: '1/minute' } }
  const ENDPOINTS: readonly (readonly [string, unknown])[] = [
    ['registration/verify-email/', { key: 'x' }],
    ['registration/resend-email/', { email: 'nobody@example.com' }],
    ['token/verify/', { token: 'x' }],
    ['token/refresh/', { refresh: 'x' }],
  ]

  test.each(ENDPOINTS)('exact: %s is outside the scope', async (path, body) => {
    const app = await appIn('exact', RATE)
    const statuses = [await statusOf(app.post(path, body)), await statusOf(app.post(path, body))]
    expect(statuses).not.toContain(429)
  })

  test.each(ENDPOINTS)('safe: %s is inside the scope', async (path, body) => {
    const app = await appIn('safe', RATE)
    expect(await statusOf(app.post(path, body))).not.toBe(429)
    expect(await answerOf(app.post(path, body))).toEqual({
      status: 429,
      body: { detail: 'Request was throttled. Expected available in 60 seconds.' },
    })
  })
})

describe('TRIM_PASSWORDS', () => {
  const PADDED = `  ${PASSWORD} `

  test.each<[Mode, string]>([
    ['exact', PASSWORD],
    ['safe', PADDED],
  ])('%s: a registered password with blanks around it', async (mode, stored) => {
    const app = await appIn(mode, {}, [])
    await app.post('registration/', { ...CAROL, password1: PADDED, password2: PADDED })
    const raw = await createTestApp({ env: { TRIM_PASSWORDS: 'false' }, data: 'kept' })
    expect(await statusOf(raw.post('login/', { username: 'carol', password: stored }))).toBe(200)
  })

  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 400],
  ])('%s: a typed password with blanks around it answers %i', async (mode, status) => {
    const app = await appIn(mode)
    const login = app.post('login/', { username: 'alice', password: PADDED })
    expect(await statusOf(login)).toBe(status)
  })

  test('safe: a password of blanks is a password', async () => {
    const app = await appIn('safe', { AUTH_PASSWORD_VALIDATORS: '[]' })
    const both = { new_password1: '   ', new_password2: '   ' }
    const headers = { Authorization: `Token ${KEY}` }
    expect(await statusOf(app.post('password/change/', both, headers))).toBe(200)
    const login = app.post('login/', { username: 'alice', password: '   ' })
    expect(await statusOf(login)).toBe(200)
  })
})

describe('UNIFORM_JWT_ERRORS', () => {
  test.each<Mode>(['exact', 'safe'])('%s: what refused tokens are told', async (mode) => {
    const app = await appIn(mode, JWT)
    const login = await app.post('login/', ALICE)
    const refresh = await memberOf(login.clone(), 'refresh')
    const access = await memberOf(login, 'access')
    const use = (token: string) => answerOf(app.post('token/refresh/', { refresh: token }))
    expect(await use('nonsense')).toEqual(refused(mode, 'Token is invalid'))
    expect(await use(access)).toEqual(refused(mode, 'Token has wrong type'))
    app.clock.advance(90_000)
    expect(await use(refresh)).toEqual(refused(mode, 'Token is expired'))
  })
})

describe('REFRESH_COOKIE_ONLY', () => {
  const use = async (mode: Mode) => {
    const app = await appIn(mode, { ...COOKIES, JWT_AUTH_COOKIE_USE_CSRF: 'false' })
    const { refresh } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = { Cookie: `refresh=${refresh}` }
    return statusOf(app.post('token/refresh/', { refresh: 'nonsense' }, headers))
  }

  test('exact: in HttpOnly mode the body beats the cookie', async () => {
    expect(await use('exact')).toBe(401)
  })

  test('safe: in HttpOnly mode only the cookie counts', async () => {
    expect(await use('safe')).toBe(200)
  })
})

describe('SESSION_LOGIN', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', ['csrftoken', 'sessionid']],
    ['safe', []],
  ])('%s: cookies of a login', async (mode, names) => {
    const app = await appIn(mode)
    expect(Object.keys(cookieValuesOf(await app.post('login/', ALICE)))).toEqual(names)
  })
})

describe('REGISTRATION_OPENS_SESSION', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', ['csrftoken', 'sessionid']],
    ['safe', []],
  ])('%s: cookies of a registration without SESSION_LOGIN', async (mode, names) => {
    const app = await appIn(mode, { SESSION_LOGIN: 'false' }, [])
    expect(Object.keys(cookieValuesOf(await app.post('registration/', CAROL)))).toEqual(names)
  })
})

describe('PASSWORD_CHANGE_CYCLES_SESSION', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', ['sessionid']],
    ['safe', []],
  ])('%s: cookies of a password change by token', async (mode, names) => {
    const app = await appIn(mode)
    const headers = { Authorization: `Token ${KEY}` }
    const response = await app.post('password/change/', CHANGE, headers)
    expect(Object.keys(cookieValuesOf(response))).toEqual(names)
  })
})

describe('JWT_AUTH_SECURE, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE', () => {
  test.each<[Mode, boolean]>([
    ['exact', false],
    ['safe', true],
  ])('%s: every cookie is Secure: %s', async (mode, isSecure) => {
    const app = await appIn(mode, { ...COOKIES, SESSION_LOGIN: 'true' })
    const lines = (await app.post('login/', ALICE)).headers.getSetCookie()
    expect(lines).toHaveLength(4)
    expect(lines.map((line) => line.includes('; Secure'))).toEqual(lines.map(() => isSecure))
  })
})

describe('JWT_AUTH_COOKIE_USE_CSRF', () => {
  test.each<[Mode, number]>([
    ['exact', 200],
    ['safe', 403],
  ])('%s: a write by cookie without a CSRF token answers %i', async (mode, status) => {
    const app = await appIn(mode, COOKIES)
    const { auth } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = { Cookie: `auth=${auth}`, 'Content-Type': 'application/json' }
    const init = { method: 'PATCH', headers, body: '{"first_name": "Al"}' }
    expect(await statusOf(app.request('user/', init))).toBe(status)
  })
})

describe('CSRF_ORIGIN_SUFFICES', () => {
  test.each<[Mode, number]>([
    ['exact', 403],
    ['safe', 200],
  ])('%s: a write by cookie from an own page without a token answers %i', async (mode, status) => {
    const app = await appIn(mode, { ...COOKIES, JWT_AUTH_COOKIE_USE_CSRF: 'true' })
    const { auth } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = {
      Cookie: `auth=${auth}`,
      Origin: 'https://auth.example.com',
      'Content-Type': 'application/json',
    }
    const init = { method: 'PATCH', headers, body: '{"first_name": "Al"}' }
    expect(await statusOf(app.request('user/', init))).toBe(status)
  })

  test('safe: a write by cookie from a foreign page is refused', async () => {
    const app = await appIn('safe', COOKIES)
    const { auth } = cookieValuesOf(await app.post('login/', ALICE))
    const headers = { Cookie: `auth=${auth}`, Origin: 'https://evil.example' }
    expect(await statusOf(app.request('user/', { method: 'PATCH', headers }))).toBe(403)
  })
})

describe('SIMPLE_JWT_ROTATE_REFRESH_TOKENS, SIMPLE_JWT_BLACKLIST_AFTER_ROTATION, REFRESH_TOKEN_FAMILIES', () => {
  test('exact: a refresh token lives until it ends', async () => {
    const app = await appIn('exact', JWT)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    for (let time = 0; time < 3; time += 1) {
      app.clock.advance(60)
      const { status, body } = await answerOf(app.post('token/refresh/', { refresh }))
      expect(status).toBe(200)
      expect(Object.keys(Object(body))).toEqual(['access', 'access_expiration'])
    }
  })

  test('safe: a refresh token is used once', async () => {
    const app = await appIn('safe', JWT)
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    const successor = await memberOf(app.post('token/refresh/', { refresh }), 'refresh')
    expect(successor).not.toBe(refresh)
    app.clock.advance(60)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(401)
  })
})

describe('LINKS_FROM_REQUEST_HOST', () => {
  const linkFor = async (mode: Mode, Host: string) => {
    const app = await appIn(mode, { PUBLIC_URL: 'https://auth.example.com' })
    await app.post('password/reset/', { email: 'alice@example.com' }, { Host })
    return new URL(linkOf((await takeMails(app))[0])).origin
  }

  test('exact: links are built from the Host header', async () => {
    expect(await linkFor('exact', 'other.example')).toBe('https://other.example')
  })

  test('safe: links lead to PUBLIC_URL whatever the Host header says', async () => {
    expect(await linkFor('safe', 'evil.example')).toBe('https://auth.example.com')
  })
})

describe('TRUNCATE_LONG_EMAILS', () => {
  const email = 'somebody-with-a-long-name@example.com'

  test('exact: what is too long is cut', async () => {
    const app = await appIn('exact', { ...JWT, ACCOUNT_EMAIL_MAX_LENGTH: '30' }, [])
    expect(await answerOf(app.post('registration/', { ...CAROL, email }))).toMatchObject({
      status: 201,
      body: { user: { email: 'somebody-with-a-long-name@exam' } },
    })
  })

  test('safe: what is too long is refused', async () => {
    const app = await appIn('safe', { ...JWT, ACCOUNT_EMAIL_MAX_LENGTH: '30' }, [])
    expect(await answerOf(app.post('registration/', { ...CAROL, email }))).toEqual({
      status: 400,
      body: { email: ['Ensure this field has no more than 30 characters.'] },
    })
  })
})

describe('FOLD_STORED_EMAILS', () => {
  const mixed = [aUser({ email: 'Alice@Example.com', emailVerified: null })]

  test.each<[Mode, number]>([
    ['exact', 400],
    ['safe', 200],
  ])('%s: a login by an address that is stored with capitals answers %i', async (mode, status) => {
    const app = await appIn(mode, {}, mixed)
    const login = app.post('login/', { email: 'alice@example.com', password: PASSWORD })
    expect(await statusOf(login)).toBe(status)
  })

  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['Alice@Example.com']],
  ])('%s: a reset for an address that is stored with capitals', async (mode, recipients) => {
    const app = await appIn(mode, {}, mixed)
    await app.post('password/reset/', { email: 'alice@example.com' })
    expect((await takeMails(app)).map(({ to }) => to)).toEqual(recipients)
  })
})

describe('NORMALIZE_USERNAMES', () => {
  const WIDE = 'ｃａｒｏｌ'

  test('exact: names that look alike by width are two', async () => {
    const app = await appIn('exact', JWT, [aUser({ username: 'carol', email: 'c@example.com' })])
    expect(await answerOf(app.post('registration/', { ...CAROL, username: WIDE }))).toMatchObject({
      status: 201,
      body: { user: { username: WIDE } },
    })
  })

  test('safe: names that look alike by width are one', async () => {
    const app = await appIn('safe', JWT, [aUser({ username: 'carol', email: 'c@example.com' })])
    expect(await answerOf(app.post('registration/', { ...CAROL, username: WIDE }))).toEqual({
      status: 400,
      body: { username: ['A user with that username already exists.'] },
    })
  })

  test('safe: a name is found however wide it is typed', async () => {
    const app = await appIn('safe', {}, [aUser({ username: 'carol' })])
    expect(await statusOf(app.post('login/', { username: WIDE, password: PASSWORD }))).toBe(200)
  })
})

describe('HTML_NOT_FOUND', () => {
  test('exact: unknown URLs answer HTML', async () => {
    const response = await (await appIn('exact')).request('nowhere/')
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    expect(response.status).toBe(404)
  })

  test('safe: unknown URLs answer JSON', async () => {
    const app = await appIn('safe')
    expect(await answerOf(app.request('nowhere/'))).toEqual({
      status: 404,
      body: { detail: 'Not found.' },
    })
  })
})

describe('ACCOUNT_EMAIL_NOTIFICATIONS', () => {
  test.each<[Mode, readonly string[]]>([
    ['exact', []],
    ['safe', ['alice@example.com']],
  ])('%s: mails after a password change', async (mode, recipients) => {
    const app = await appIn(mode)
    await app.post('password/change/', CHANGE, { Authorization: `Token ${KEY}` })
    expect((await takeMails(app)).map(({ to }) => to)).toEqual(recipients)
  })
})

describe('kept as it is in both modes', () => {
  const MODES: readonly Mode[] = ['exact', 'safe']

  test.each(MODES)('%s: the user claim is a string', async (mode) => {
    const app = await appIn(mode, JWT)
    const access = await memberOf(app.post('login/', ALICE), 'access')
    const [, payload = ''] = access.split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      user_id: '1',
    })
  })

  test.each(MODES)('%s: a stranger’s wrong method is 401, not 405', async (mode) => {
    const app = await appIn(mode)
    expect(await statusOf(app.request('user/', { method: 'DELETE' }))).toBe(401)
  })

  test.each(MODES)('%s: whoever holds a refresh token may revoke it', async (mode) => {
    const app = await appIn(mode, JWT, [aUser(), aUser({ username: 'bob' })])
    const refresh = await memberOf(app.post('login/', ALICE), 'refresh')
    const bob = app.post('login/', { username: 'bob', password: PASSWORD })
    const headers = { Authorization: `Bearer ${await memberOf(bob, 'access')}` }
    await app.settle()
    expect(await statusOf(app.post('logout/', { refresh }, headers))).toBe(200)
    expect(await statusOf(app.post('token/refresh/', { refresh }))).toBe(401)
  })

  test.each(MODES)('%s: a reset link ends with the account', async (mode) => {
    const app = await appIn(mode)
    await app.post('password/reset/', { email: 'alice@example.com' })
    const link = await mailedReset(app)
    await app.deps().db.update(users).set({ isActive: false }).where(eq(users.id, 1))
    expect(await answerOf(app.post('password/reset/confirm/', { ...link, ...CHANGE }))).toEqual({
      status: 400,
      body: { uid: ['Invalid value'] },
    })
  })

  test.each(MODES)('%s: a resend without an address mails nobody', async (mode) => {
    const app = await appIn(mode, {}, [aUser({ emailVerified: false })])
    expect(await statusOf(app.post('registration/resend-email/', {}))).toBe(200)
    expect(await takeMails(app)).toEqual([])
    expect(await app.deps().db.select().from(emailAddresses)).toHaveLength(1)
  })
})
