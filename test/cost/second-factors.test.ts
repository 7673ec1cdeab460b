import { describe, expect, test } from 'vitest'
import { makeCredential } from '../conformance/authenticator.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { BY_MAIL, codeFromMail, keyFromMail, otherThan, requestCode } from '../support/mailed.ts'
import {
  assertionOf,
  beginPasskeyLogin,
  codeOf,
  FACTORS,
  firstStep,
  RECOVERY_CODES,
  seedFactor,
  seedKey,
  verify,
  wrongCodeOf,
} from '../support/second-factor.ts'
import { waitedFor } from './waited.ts'

const KEY = '0123456789abcdef0123456789abcdef01234567'
const ALICE = { Authorization: `Token ${KEY}` }
const LOGIN = { username: 'alice', password: 'right-horse-staple' }
const NEW = { new_password1: 'another-horse-staple', new_password2: 'another-horse-staple' }
const ENV = {
  ...FACTORS,
  ...BY_MAIL,
  MFA_TRUST_ENABLED: 'true',
  ACCOUNT_SIGNUP_BY_CODE_ENABLED: 'true',
  ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: 'true',
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: 'true',
}

type Row = {
  readonly what: string
  readonly roundTrips: number
  readonly status?: number
  readonly env?: Readonly<Record<string, string>>
  /** Prepares, and answers what is measured. */
  readonly prepare: (app: TestApp) => Promise<() => Promise<Response>>
}

const gets =
  (path: string): Row['prepare'] =>
  async (app) =>
  () =>
    app.request(path, { headers: ALICE })

const posts =
  (path: string, body: object = {}, method = 'POST'): Row['prepare'] =>
  async (app) =>
  () =>
    app.request(path, {
      method,
      headers: { ...ALICE, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })

const asks =
  (path: string, body: object): Row['prepare'] =>
  async (app) =>
  () =>
    app.post(path, body)

/** After what makes an authenticator app. */
const withApp =
  (prepare: Row['prepare']): Row['prepare'] =>
  async (app) => {
    await seedFactor(app)
    return prepare(app)
  }

const withPasskey =
  (prepare: Row['prepare']): Row['prepare'] =>
  async (app) => {
    await seedKey(app, 'laptop')
    return prepare(app)
  }

async function assertion(app: TestApp): Promise<object> {
  const { challenge, session_id } = await beginPasskeyLogin(app)
  return { credential: assertionOf('laptop', challenge, { counter: 1 }), session_id }
}

async function handled(app: TestApp, path: string, email = 'alice@example.com') {
  const { handle } = (await (await app.post(path, { email })).json()) as { handle: string }
  return { handle, code: await codeFromMail(app) }
}

const ROWS: readonly Row[] = [
  { what: 'login without a factor', roundTrips: 1, prepare: asks('login/', LOGIN) },
  { what: 'login, first step', roundTrips: 1, prepare: withApp(asks('login/', LOGIN)) },
  {
    what: 'login from a trusted device',
    roundTrips: 1,
    prepare: withApp(async (app) => {
      const token = await firstStep(app)
      const body = { ephemeral_token: token, code: codeOf(app), trust: 'token' }
      const { trust_token } = (await (await app.post('mfa/verify/', body)).json()) as {
        trust_token: string
      }
      return () => app.post('login/', { ...LOGIN, trust_token })
    }),
  },
  {
    what: 'second step',
    roundTrips: 2,
    prepare: withApp(async (app) => {
      const token = await firstStep(app)
      return () => verify(app, token, codeOf(app))
    }),
  },
  {
    what: 'second step by a recovery code',
    roundTrips: 2,
    prepare: withApp(async (app) => {
      const token = await firstStep(app)
      return () => verify(app, token, RECOVERY_CODES[0] ?? '')
    }),
  },
  {
    what: 'second step, wrong code',
    roundTrips: 1,
    status: 400,
    prepare: withApp(async (app) => {
      const token = await firstStep(app)
      return () => verify(app, token, wrongCodeOf(app))
    }),
  },
  { what: 'activation, begin', roundTrips: 1, prepare: gets('mfa/totp/activate/') },
  {
    what: 'activation, confirm',
    roundTrips: 2,
    prepare: async (app) => {
      const begun = await app.request('mfa/totp/activate/', { headers: ALICE })
      const { secret, activation_token } = (await begun.json()) as Record<string, string>
      const body = { activation_token, code: codeOf(app, 0, secret) }
      return () => app.post('mfa/totp/activate/', body, ALICE)
    },
  },
  { what: 'status', roundTrips: 1, prepare: withApp(gets('mfa/status/')) },
  { what: 'recovery codes', roundTrips: 1, prepare: withApp(gets('mfa/recovery-codes/')) },
  {
    what: 'new recovery codes',
    roundTrips: 2,
    prepare: withApp(posts('mfa/recovery-codes/regenerate/')),
  },
  {
    what: 'deactivation',
    roundTrips: 2,
    prepare: withApp(
      async (app) => () => app.post('mfa/totp/deactivate/', { code: codeOf(app) }, ALICE),
    ),
  },
  {
    what: 'login that a mailed code follows',
    roundTrips: 2,
    env: { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' },
    prepare: asks('login/', LOGIN),
  },
  {
    what: 'mailed code after a password',
    roundTrips: 2,
    env: { ACCOUNT_LOGIN_BY_CODE_REQUIRED: 'true' },
    prepare: async (app) => {
      const { handle } = (await (await app.post('login/', LOGIN)).json()) as { handle: string }
      const code = await codeFromMail(app)
      return () => app.post('login/code/confirm/', { handle, code })
    },
  },
  { what: 'passkeys', roundTrips: 1, prepare: withPasskey(gets('passkeys/')) },
  {
    what: 'passkey registration, begin',
    roundTrips: 1,
    prepare: posts('passkeys/register/begin/'),
  },
  {
    what: 'passkey registration, complete',
    roundTrips: 2,
    status: 201,
    prepare: async (app) => {
      const begun = await app.post('passkeys/register/begin/', {}, ALICE)
      const { challenge } = (await begun.json()) as { challenge: string }
      const credential = makeCredential({ action: 'create', key: 'laptop', challenge })
      return () => app.post('passkeys/register/complete/', { credential }, ALICE)
    },
  },
  {
    what: 'passkey renamed',
    roundTrips: 1,
    prepare: withPasskey(posts('passkeys/1/', { name: 'Phone' }, 'PUT')),
  },
  {
    what: 'passkey deleted',
    roundTrips: 1,
    status: 204,
    prepare: withPasskey(posts('passkeys/1/', {}, 'DELETE')),
  },
  {
    what: 'passkey login, begin',
    roundTrips: 0,
    prepare: async (app) => () => app.post('passkeys/login/begin/', {}),
  },
  {
    what: 'passkey login, begin with a name',
    roundTrips: 1,
    prepare: async (app) => () => app.post('passkeys/login/begin/', { username: 'alice' }),
  },
  {
    what: 'passkey login, complete',
    roundTrips: 2,
    prepare: withPasskey(async (app) => {
      const body = await assertion(app)
      return () => app.post('passkeys/login/complete/', body)
    }),
  },
  { what: 'state of proof', roundTrips: 1, prepare: gets('reauthenticate/') },
  {
    what: 'proof by password',
    roundTrips: 2,
    prepare: posts('reauthenticate/', { password: LOGIN.password }),
  },
  {
    what: 'proof by a wrong password',
    roundTrips: 2,
    status: 400,
    prepare: posts('reauthenticate/', { password: 'wrong' }),
  },
  {
    what: 'proof by a code',
    roundTrips: 2,
    prepare: withApp(
      async (app) => () => app.post('reauthenticate/', { code: codeOf(app) }, ALICE),
    ),
  },
  {
    what: 'proof by a passkey',
    roundTrips: 3,
    prepare: withPasskey(async (app) => {
      const body = await assertion(app)
      return () => app.post('reauthenticate/', body, ALICE)
    }),
  },
  {
    what: 'proof by a mailed code',
    roundTrips: 2,
    prepare: async (app) => {
      const body = await handled(app, 'login/code/request/')
      return () => app.post('reauthenticate/', body, ALICE)
    },
  },
  {
    what: 'code by mail, asked for',
    roundTrips: 1,
    prepare: asks('login/code/request/', { email: 'alice@example.com' }),
  },
  {
    what: 'code by mail, asked for by nobody',
    roundTrips: 1,
    prepare: asks('login/code/request/', { email: 'nobody@example.com' }),
  },
  {
    what: 'login by a mailed code',
    roundTrips: 2,
    prepare: async (app) => {
      const body = await handled(app, 'login/code/request/')
      return () => app.post('login/code/confirm/', body)
    },
  },
  {
    what: 'login by a mailed code, wrong',
    roundTrips: 1,
    status: 400,
    prepare: async (app) => {
      const handle = await requestCode(app)
      const code = otherThan(await codeFromMail(app))
      return () => app.post('login/code/confirm/', { handle, code })
    },
  },
  {
    what: 'sign-up by a mailed code',
    roundTrips: 2,
    prepare: async (app) => {
      const body = await handled(app, 'login/code/request/', 'bob@example.com')
      return () => app.post('login/code/confirm/', body)
    },
  },
  {
    what: 'link by mail, asked for',
    roundTrips: 1,
    prepare: asks('login/link/request/', { email: 'alice@example.com' }),
  },
  {
    what: 'login by a mailed link',
    roundTrips: 2,
    prepare: async (app) => {
      const key = await keyFromMail(app)
      return () => app.post('login/link/confirm/', { key })
    },
  },
  {
    what: 'reset by a mailed code, asked for',
    roundTrips: 1,
    prepare: asks('password/reset/', { email: 'alice@example.com' }),
  },
  {
    what: 'reset by a mailed code',
    roundTrips: 2,
    prepare: async (app) => {
      const body = await handled(app, 'password/reset/')
      return () => app.post('password/reset/confirm/', { ...body, ...NEW })
    },
  },
  {
    what: 'verification by a mailed code',
    roundTrips: 2,
    prepare: async (app) => {
      const user = { ...NEW_USER, username: 'bob', email: 'bob@example.com' }
      const made = await app.post('registration/', user)
      const { handle } = (await made.json()) as { handle: string }
      const code = await codeFromMail(app)
      return () => app.post('registration/verify-email/', { handle, code })
    },
  },
]

const NEW_USER = { password1: LOGIN.password, password2: LOGIN.password }

describe('round trips that an answer waits for', () => {
  test.each(ROWS.map((row) => [`${row.what}: ${row.roundTrips}`, row] as const))(
    '%s',
    async (_name, { prepare, roundTrips, env, status = 200 }) => {
      const app = await createTestApp({
        env: { ...ENV, ...env },
        users: [aUser({ tokenKey: KEY })],
      })
      const waited = await waitedFor(app, await prepare(app))
      expect({ status: waited.response.status, roundTrips: waited.roundTrips }).toEqual({
        status,
        roundTrips,
      })
    },
  )
})
