import { expect, test } from 'vitest'
import { authTokens, sessions } from '../../../src/db/schema/credentials.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { users } from '../../../src/db/schema/users.ts'
import { answerOf, claimsOf, cookieAttributesOf, cookieValuesOf } from '../../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { linkOf, mailedKey, takeMails } from '../../support/mail.ts'

const PASSWORD = 'right-horse-staple'
const CAROL = {
  username: 'carol',
  email: 'carol@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
}
const CAROL_BODY = {
  pk: 1,
  username: 'carol',
  email: 'carol@example.com',
  first_name: '',
  last_name: '',
}
const KEY = { key: expect.stringMatching(/^[0-9a-f]{40}$/) }
const VERIFICATION_SENT = { status: 201, body: { detail: 'Verification e-mail sent.' } }
const NAME_TAKEN = ['A user with that username already exists.']
const EMAIL_TAKEN = ['User is already registered with this e-mail address.']
const MANDATORY = { ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }
const LIMITLESS = { ACCOUNT_RATE_LIMITS: 'false' }

function register(app: TestApp, body: unknown): Promise<Response> {
  return app.post('registration/', body)
}

test('makes an account and logs it in', async () => {
  const app = await createTestApp({ env: { KNOWN_DEVICE_COOKIE: '' } })
  const response = await register(app, CAROL)
  expect(response.headers.getSetCookie()).toEqual([])
  const answer = await answerOf(response)
  expect(answer).toEqual({ status: 201, body: KEY })
  const { key } = Object(answer.body)
  const user = app.request('user/', { headers: { Authorization: `Token ${key}` } })
  expect(await answerOf(user)).toEqual({ status: 200, body: CAROL_BODY })
})

test('the device is known to the account from the beginning, where registering logs in', async () => {
  const app = await createTestApp({ env: { ACCOUNT_EMAIL_VERIFICATION: 'optional' } })
  const { known_device: token } = cookieValuesOf(await register(app, CAROL))
  const credentials = { username: 'carol', password: PASSWORD }
  const login = await app.post('login/', credentials, { Cookie: `known_device=${token}` })
  expect(login.status).toBe(200)
  expect(login.headers.getSetCookie()).toEqual([])
  const mandatory = await createTestApp({ env: MANDATORY })
  expect((await register(mandatory, CAROL)).headers.getSetCookie()).toEqual([])
})

test('the account logs in with its password, and gets the same token', async () => {
  const app = await createTestApp()
  const { body } = await answerOf(register(app, CAROL))
  const login = app.post('login/', { username: 'carol', password: PASSWORD })
  expect(await answerOf(login)).toEqual({ status: 200, body })
})

test('USE_JWT: answers a pair', async () => {
  const app = await createTestApp({ env: { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' } })
  const { status, body } = await answerOf(register(app, CAROL))
  expect(status).toBe(201)
  expect(body).toEqual({
    access: expect.any(String),
    refresh: expect.any(String),
    user: CAROL_BODY,
  })
  expect(claimsOf(Object(body).access)).toMatchObject({ user_id: '1', token_type: 'access' })
  expect(await app.deps().db.select().from(authTokens)).toEqual([])
})

test('USE_JWT: sets the cookies of a login', async () => {
  const app = await createTestApp({
    env: { USE_JWT: 'true', JWT_AUTH_COOKIE: 'auth', JWT_AUTH_REFRESH_COOKIE: 'refresh' },
  })
  const response = await register(app, CAROL)
  expect(cookieAttributesOf(response)).toMatchObject({
    auth: 'expires=Thu, 04 Mar 2027 05:11:07 GMT; HttpOnly; Max-Age=300; Path=/; SameSite=Lax; Secure',
    refresh:
      'expires=Fri, 05 Mar 2027 05:06:07 GMT; HttpOnly; Max-Age=86400; Path=/; SameSite=Lax; Secure',
  })
  const { auth } = cookieValuesOf(response)
  expect(await answerOf(response)).toEqual({
    status: 201,
    body: { access: auth, refresh: '', user: CAROL_BODY },
  })
})

test('SESSION_LOGIN: opens a session', async () => {
  const app = await createTestApp({ env: { SESSION_LOGIN: 'true' } })
  const response = await register(app, CAROL)
  const { sessionid } = cookieValuesOf(response)
  const user = app.request('user/', { headers: { Cookie: `sessionid=${sessionid}` } })
  expect(await answerOf(user)).toEqual({ status: 200, body: CAROL_BODY })
})

test('without TOKEN_MODEL there is nothing to answer', async () => {
  const app = await createTestApp({ env: { TOKEN_MODEL: 'None', SESSION_LOGIN: 'true' } })
  expect(await answerOf(register(app, CAROL))).toEqual({ status: 204, body: undefined })
})

test('optional verification mails a key', async () => {
  const app = await createTestApp({ env: { PUBLIC_URL: 'https://auth.example.com' } })
  await register(app, CAROL)
  const mails = await takeMails(app)
  expect(mails.map(({ to }) => to)).toEqual(['carol@example.com'])
  expect(linkOf(mails[0])).toMatch(
    /^https:\/\/auth\.example\.com\/dj-rest-auth\/registration\/account-confirm-email\/MQ:[0-9A-Za-z]{6}:[\w-]{43}\/$/,
  )
})

test('verification by none mails nothing', async () => {
  const app = await createTestApp({ env: { ACCOUNT_EMAIL_VERIFICATION: 'none' } })
  expect((await register(app, CAROL)).status).toBe(201)
  expect(await takeMails(app)).toEqual([])
})

test('HEADLESS_FRONTEND_URLS leads to the frontend', async () => {
  const app = await createTestApp({
    env: { HEADLESS_FRONTEND_URLS: { account_confirm_email: 'https://app.example/verify/{key}' } },
  })
  await register(app, CAROL)
  expect(linkOf((await takeMails(app))[0])).toMatch(/^https:\/\/app\.example\/verify\/MQ(?:%3A|:)/)
})

test('mandatory verification logs nobody in before the address is verified', async () => {
  const app = await createTestApp({ env: MANDATORY })
  const response = await register(app, CAROL)
  expect(response.headers.getSetCookie()).toEqual([])
  expect(await answerOf(response)).toEqual(VERIFICATION_SENT)
  const login = () => app.post('login/', { username: 'carol', password: PASSWORD })
  expect((await login()).status).toBe(400)
  await app.post('registration/verify-email/', { key: await mailedKey(app) })
  expect((await login()).status).toBe(200)
})

const REQUIRED = ['This field is required.']
const BLANK = ['This field may not be blank.']

test.each([
  [{}, { username: REQUIRED, password1: REQUIRED, password2: REQUIRED }],
  [
    { username: '', email: '', password1: '', password2: null },
    {
      username: BLANK,
      email: BLANK,
      password1: BLANK,
      password2: ['This field may not be null.'],
    },
  ],
  [
    { ...CAROL, email: 'carol', username: [] },
    { username: ['Not a valid string.'], email: ['Enter a valid email address.'] },
  ],
  [
    { ...CAROL, username: 'a b' },
    {
      username: [
        'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
      ],
    },
  ],
  [
    { ...CAROL, username: 'a'.repeat(151) },
    { username: ['Ensure this field has no more than 150 characters.'] },
  ],
  [
    {
      ...CAROL,
      email: `${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(20)}`,
    },
    { email: ['Ensure this field has no more than 254 characters.'] },
  ],
  [
    { ...CAROL, password1: '1234', password2: '1234' },
    {
      password1: [
        'This password is too short. It must contain at least 8 characters.',
        'This password is too common.',
        'This password is entirely numeric.',
      ],
    },
  ],
  [
    { ...CAROL, password2: 'another-horse' },
    { non_field_errors: ["The two password fields didn't match."] },
  ],
  [
    { ...CAROL, password1: 'carol@example', password2: 'carol@example' },
    { non_field_errors: ['The password is too similar to the email address.'] },
  ],
])('refuses the fields %j', async (body, errors) => {
  const app = await createTestApp()
  expect(await answerOf(register(app, body))).toEqual({ status: 400, body: errors })
  expect(await app.deps().db.select().from(users)).toEqual([])
})

test('says everything at once', async () => {
  const app = await createTestApp({ users: [aUser({ username: 'carol' })] })
  const body = { ...CAROL, password1: '1234', password2: '' }
  expect(await answerOf(register(app, body))).toEqual({
    status: 400,
    body: {
      username: NAME_TAKEN,
      email: EMAIL_TAKEN,
      password1: [
        'This password is too short. It must contain at least 8 characters.',
        'This password is too common.',
        'This password is entirely numeric.',
      ],
      password2: BLANK,
    },
  })
})

test('a name is taken in any case', async () => {
  const app = await createTestApp({ users: [aUser({ username: 'Carol', email: 'c@example.com' })] })
  expect(await answerOf(register(app, CAROL))).toEqual({
    status: 400,
    body: { username: NAME_TAKEN },
  })
})

test('an address is taken when somebody has verified it', async () => {
  const app = await createTestApp({ users: [aUser({ email: 'carol@example.com' })] })
  expect(await answerOf(register(app, { ...CAROL, email: 'Carol@Example.com' }))).toEqual({
    status: 400,
    body: { email: EMAIL_TAKEN },
  })
})

test('an address that nobody has verified is free', async () => {
  const claimed = aUser({ email: 'carol@example.com', emailVerified: false })
  const app = await createTestApp({ users: [claimed] })
  expect((await register(app, CAROL)).status).toBe(201)
})

test('ACCOUNT_UNIQUE_EMAIL off lets accounts share an address', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_UNIQUE_EMAIL: 'false' },
    users: [aUser({ email: 'carol@example.com' })],
  })
  expect((await register(app, CAROL)).status).toBe(201)
})

test('of many registrations of one name at once one wins', async () => {
  const app = await createTestApp({ env: LIMITLESS })
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      answerOf(register(app, { ...CAROL, email: `carol${index}@example.com` })),
    ),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 400)).toEqual(
    Array.from({ length: 5 }, () => ({ status: 400, body: { username: NAME_TAKEN } })),
  )
  const { db } = app.deps()
  expect(await db.select().from(users)).toHaveLength(1)
  expect(await db.select().from(emailAddresses)).toHaveLength(1)
  expect(await db.select().from(authTokens)).toHaveLength(1)
  expect(await takeMails(app)).toHaveLength(1)
})

test('stores the address in lower case', async () => {
  const app = await createTestApp()
  await register(app, { ...CAROL, email: 'Carol@Example.COM' })
  const { email, userId, isVerified, isPrimary } = emailAddresses
  const rows = await app
    .deps()
    .db.select({ email, userId, isVerified, isPrimary })
    .from(emailAddresses)
  expect(rows).toEqual([
    { email: 'carol@example.com', userId: 1, isVerified: false, isPrimary: true },
  ])
})

test('needs no address where ACCOUNT_SIGNUP_FIELDS does not', async () => {
  const app = await createTestApp()
  const { email, ...rest } = CAROL
  expect(email).toBeDefined()
  expect((await register(app, rest)).status).toBe(201)
  expect(await takeMails(app)).toEqual([])
  expect(await app.deps().db.select().from(emailAddresses)).toEqual([])
})

test('needs an address where ACCOUNT_SIGNUP_FIELDS does', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_SIGNUP_FIELDS: 'username*,email*,password1*,password2*' },
  })
  const { email, ...rest } = CAROL
  expect(email).toBeDefined()
  expect(await answerOf(register(app, rest))).toEqual({ status: 400, body: { email: REQUIRED } })
})

test('ACCOUNT_USERNAME_MIN_LENGTH and _BLACKLIST refuse names', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_USERNAME_MIN_LENGTH: '6', ACCOUNT_USERNAME_BLACKLIST: '["administrator"]' },
  })
  expect(await answerOf(register(app, CAROL))).toEqual({
    status: 400,
    body: { username: ['Ensure this field has at least 6 characters.'] },
  })
  expect(await answerOf(register(app, { ...CAROL, username: 'Administrator' }))).toEqual({
    status: 400,
    body: { username: ['Username can not be used. Please use other username.'] },
  })
})

test('ACCOUNT_PRESERVE_USERNAME_CASING off stores names in lower case', async () => {
  const app = await createTestApp({
    env: { ACCOUNT_PRESERVE_USERNAME_CASING: 'false', USE_JWT: 'true' },
  })
  const { body } = await answerOf(register(app, { ...CAROL, username: 'Carol' }))
  expect(body).toMatchObject({ user: CAROL_BODY })
})

test('REGISTER_PERMISSION_CLASSES may ask for a login', async () => {
  const key = '0123456789abcdef0123456789abcdef01234567'
  const app = await createTestApp({
    env: { REGISTER_PERMISSION_CLASSES: 'rest_framework.permissions.IsAuthenticated' },
    users: [aUser({ tokenKey: key })],
  })
  expect(await answerOf(register(app, CAROL))).toEqual({
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  })
  const headers = { Authorization: `Token ${key}` }
  expect((await app.post('registration/', CAROL, headers)).status).toBe(201)
})

test('opens no session by default', async () => {
  const app = await createTestApp()
  await register(app, CAROL)
  expect(await app.deps().db.select().from(sessions)).toEqual([])
})

test('takes forms as it takes JSON', async () => {
  const app = await createTestApp()
  const body = new URLSearchParams(CAROL)
  expect((await app.request('registration/', { method: 'POST', body })).status).toBe(201)
})

test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('does not know %s', async (method) => {
  const app = await createTestApp()
  const response = await app.request('registration/', { method })
  expect(response.headers.get('Allow')).toBe('POST, OPTIONS')
  expect(await answerOf(response)).toEqual({
    status: 405,
    body: { detail: `Method "${method}" not allowed.` },
  })
})

test('is served without the slash, too', async () => {
  const app = await createTestApp()
  expect((await app.post('registration', CAROL)).status).toBe(201)
})
