import { describe, expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { facebookKnows, FAY, SOCIAL_ENV } from '../support/providers/exchanges.ts'
import { seedSocialAccount, userIdOf } from '../support/seed.ts'
import { waitedFor } from './waited.ts'

const PASSWORD = 'right-horse-staple'
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
const KEY = '0123456789abcdef0123456789abcdef01234567'
const BY_TOKEN = { Authorization: `Token ${KEY}` }
const ADA = aUser({ username: 'ada', password: PASSWORD, tokenKey: KEY })

/** All that counts, notes or looks something up besides the operation itself. */
const EVERYTHING = {
  ...SOCIAL_ENV,
  DEFAULT_THROTTLE_RATES: { dj_rest_auth: '1000/minute' },
  THROTTLE_ALL_ENDPOINTS: 'true',
  AUDIT_EVENTS: 'true',
  KNOWN_DEVICE_COOKIE: 'known_device',
  SESSION_MANAGEMENT: 'true',
  ACCOUNT_EMAIL_NOTIFICATIONS: 'true',
  ACCOUNT_RATE_LIMITS: { login: '1000/m/ip,1000/m/key', login_failed: '1000/m/ip,1000/m/key' },
  REVOKE_TOKENS_ON_PASSWORD_CHANGE: 'true',
}
const TOKEN = { ...EVERYTHING, OLD_PASSWORD_FIELD_ENABLED: 'true' }
const JWT = {
  ...EVERYTHING,
  USE_JWT: 'true',
  JWT_AUTH_HTTPONLY: 'false',
  REFRESH_TOKEN_FAMILIES: 'true',
  TOKEN_BLACKLIST_ENABLED: 'true',
  SIMPLE_JWT_CHECK_REVOKE_TOKEN: 'true',
  SIMPLE_JWT_UPDATE_LAST_LOGIN: 'true',
}

type Row = {
  readonly what: string
  readonly env: Readonly<Record<string, unknown>>
  readonly status: number
  readonly roundTrips: number
  /** Prepares, and answers what is measured. */
  readonly prepare: (app: TestApp) => Promise<() => Promise<Response>>
}

const BUDGET: readonly Row[] = [
  ...[TOKEN, JWT].flatMap((env): readonly Row[] => [
    {
      what: 'login, right',
      env,
      status: 200,
      roundTrips: 1,
      prepare: posts('login/', { username: 'ada', password: PASSWORD }),
    },
    {
      what: 'login, wrong',
      env,
      status: 400,
      roundTrips: 1,
      prepare: posts('login/', { username: 'ada', password: 'wrong' }),
    },
    {
      what: 'login, unknown',
      env,
      status: 400,
      roundTrips: 1,
      prepare: posts('login/', { email: 'nobody@example.com', password: PASSWORD }),
    },
    {
      what: 'registration',
      env,
      status: 201,
      roundTrips: 1,
      prepare: posts('registration/', registration('bob')),
    },
    {
      what: 'registration under a taken name',
      env,
      status: 400,
      roundTrips: 1,
      prepare: posts('registration/', registration('ada')),
    },
    {
      what: 'password reset',
      env,
      status: 200,
      roundTrips: 1,
      prepare: posts('password/reset/', { email: ADA.email }),
    },
    {
      what: 'password reset of an unknown address',
      env,
      status: 200,
      roundTrips: 1,
      prepare: posts('password/reset/', { email: 'nobody@example.com' }),
    },
    { what: 'reset confirm', env, status: 200, roundTrips: 2, prepare: confirmsReset },
    { what: 'verify e-mail', env, status: 200, roundTrips: 1, prepare: verifiesEmail },
    {
      what: 'resend e-mail',
      env,
      status: 200,
      roundTrips: 1,
      prepare: posts('registration/resend-email/', { email: ADA.email }),
    },
    {
      what: 'social login, known account',
      env,
      status: 200,
      roundTrips: 1,
      prepare: logsInByFacebook,
    },
  ]),
  {
    what: 'user GET by token',
    env: TOKEN,
    status: 200,
    roundTrips: 1,
    prepare: async (app) => () => app.request('user/', { headers: BY_TOKEN }),
  },
  {
    what: 'password change by token',
    env: TOKEN,
    status: 200,
    roundTrips: 2,
    prepare: posts('password/change/', { old_password: PASSWORD, ...NEW }, BY_TOKEN),
  },
  {
    what: 'password change by token, old password wrong',
    env: TOKEN,
    status: 400,
    roundTrips: 2,
    prepare: posts('password/change/', { old_password: 'wrong', ...NEW }, BY_TOKEN),
  },
  {
    what: 'logout by token',
    env: TOKEN,
    status: 200,
    roundTrips: 1,
    prepare: posts('logout/', undefined, BY_TOKEN),
  },
  {
    what: 'user GET by JWT',
    env: JWT,
    status: 200,
    roundTrips: 1,
    prepare: async (app) => {
      const headers = bearer(await logIn(app))
      return () => app.request('user/', { headers })
    },
  },
  {
    what: 'password change by JWT',
    env: JWT,
    status: 200,
    roundTrips: 2,
    prepare: async (app) => {
      const headers = bearer(await logIn(app))
      return () => app.post('password/change/', NEW, headers)
    },
  },
  {
    what: 'refresh that rotates',
    env: JWT,
    status: 200,
    roundTrips: 1,
    prepare: async (app) => {
      const { refresh } = await logIn(app)
      return () => app.post('token/refresh/', { refresh })
    },
  },
  {
    what: 'refresh that does not rotate',
    env: { ...JWT, SIMPLE_JWT_ROTATE_REFRESH_TOKENS: 'false' },
    status: 200,
    roundTrips: 1,
    prepare: async (app) => {
      const { refresh } = await logIn(app)
      return () => app.post('token/refresh/', { refresh })
    },
  },
  {
    what: 'verification of a refresh token',
    env: JWT,
    status: 200,
    roundTrips: 1,
    prepare: async (app) => {
      const { refresh } = await logIn(app)
      return () => app.post('token/verify/', { token: refresh })
    },
  },
  {
    what: 'verification of an access token, outside the scope',
    env: { ...JWT, THROTTLE_ALL_ENDPOINTS: 'false' },
    status: 200,
    roundTrips: 0,
    prepare: async (app) => {
      const { access } = await logIn(app)
      return () => app.post('token/verify/', { token: access })
    },
  },
  {
    what: 'verification of an access token in the scope, which is counted',
    env: JWT,
    status: 200,
    roundTrips: 1,
    prepare: async (app) => {
      const { access } = await logIn(app)
      return () => app.post('token/verify/', { token: access })
    },
  },
  {
    what: 'logout by access token',
    env: JWT,
    status: 200,
    roundTrips: 1,
    prepare: async (app) => {
      const { access } = await logIn(app)
      const headers = { Authorization: `Bearer ${access}` }
      return () => app.post('logout/', {}, headers)
    },
  },
  {
    what: 'logout by refresh token',
    env: JWT,
    status: 200,
    roundTrips: 1,
    prepare: async (app) => {
      const { refresh } = await logIn(app)
      return () => app.post('logout/', { refresh })
    },
  },
]

describe('with everything switched on', () => {
  const rows = BUDGET.map((row) => [nameOf(row), row] as const)
  test.each(rows)('%s', async (_name, { env, status, roundTrips, prepare }) => {
    const app = await createTestApp({ env, users: [ADA] })
    const waited = await waitedFor(app, await prepare(app))
    expect({ status: waited.response.status, roundTrips: waited.roundTrips }).toEqual({
      status,
      roundTrips,
    })
  })
})

function nameOf({ what, env, roundTrips }: Row): string {
  return `${what}, with ${'USE_JWT' in env ? 'JWT' : 'auth tokens'}: ${roundTrips}`
}

type Pair = { readonly access: string; readonly refresh: string }

async function logIn(app: TestApp): Promise<Pair> {
  const response = await app.post('login/', { username: 'ada', password: PASSWORD })
  expect(response.status).toBe(200)
  await app.settle()
  return response.json()
}

function bearer({ access }: Pair): { readonly Authorization: string } {
  return { Authorization: `Bearer ${access}` }
}

function posts(path: string, body: unknown, headers: HeadersInit = {}): Row['prepare'] {
  return async (app) => () => app.post(path, body, headers)
}

function registration(username: string): Readonly<Record<string, string>> {
  return {
    username,
    email: `${username}@example.com`,
    password1: PASSWORD,
    password2: PASSWORD,
  }
}

async function confirmsReset(app: TestApp): Promise<() => Promise<Response>> {
  await app.post('password/reset/', { email: ADA.email })
  const [uid, token] = await fromMail(app, /reset\/confirm\/([^/]+)\/([^/]+)\//)
  return () => app.post('password/reset/confirm/', { uid, token, ...NEW })
}

async function verifiesEmail(app: TestApp): Promise<() => Promise<Response>> {
  await app.post('registration/', registration('bob'))
  const [key] = await fromMail(app, /account-confirm-email\/([^/]+)\//)
  return () => app.post('registration/verify-email/', { key })
}

async function logsInByFacebook(app: TestApp): Promise<() => Promise<Response>> {
  app.outside.setExchanges(facebookKnows(FAY))
  const userId = await userIdOf(app.deps(), 'ada')
  await seedSocialAccount(app.deps(), { userId, provider: 'facebook', uid: '10001' })
  return () => app.post('facebook/', { access_token: 'fb-token' })
}

/** What follows a word in the newest mail. */
async function fromMail(app: TestApp, pattern: RegExp): Promise<readonly string[]> {
  await app.settle()
  const found = pattern.exec(app.mailbox.at(-1)?.text ?? '')
  if (found === null) throw new Error(`no ${pattern.source} in the newest mail`)
  return found.slice(1)
}
