import { invite } from '../../src/core/accounts/invitations.ts'
import { encodeUid, makeResetToken } from '../../src/core/tokens/reset-token.ts'
import { makeEmailKey } from '../../src/core/tokens/email-key.ts'
import { findUserByClaim } from '../../src/core/users/users.sql.ts'
import { seedUser, type SeededUser } from '../support/seed.ts'
import { NEW_PASSWORD, OLD_PASSWORD, type FaultWorld } from './fault-world.ts'

/** One operation of the API, as the matrix tries it. */
export type Operation = {
  readonly name: string
  readonly env: Readonly<Record<string, unknown>>
  /** Stands for whom else the operation asks. */
  readonly fetch?: typeof fetch
  /** Makes the state before; answers the request, which can be sent again and again. */
  readonly prepare: (world: FaultWorld) => Promise<() => Request>
  /** What the answer is when nothing is wrong. */
  readonly status: number
  /** What the same request is answered after it was done already, where that is something else. */
  readonly again?: readonly number[]
}

/** A token that a seeded user has. */
export const KEY = '0123456789abcdef0123456789abcdef01234567'
export const TOKEN = { Authorization: `Token ${KEY}` }
export const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

/** Whom the operations are about. */
export function user(given: Partial<SeededUser> = {}): SeededUser {
  return {
    username: 'alice',
    email: 'alice@example.com',
    password: OLD_PASSWORD,
    firstName: '',
    lastName: '',
    isActive: true,
    emailVerified: true,
    ...given,
  }
}

/** A request that can be made again and again. */
export function requestOf(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): () => Request {
  const init: RequestInit =
    body === undefined
      ? { method, headers }
      : {
          method,
          headers: { 'Content-Type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }
  return () => new Request(`https://auth.example.com/dj-rest-auth/${path}`, init)
}

/** An operation on a seeded user whose request needs nothing else. */
export function plain(
  operation: Omit<Operation, 'prepare' | 'env'> & {
    readonly env?: Operation['env']
    readonly user?: Partial<SeededUser>
    readonly request: () => Request
  },
): Operation {
  return {
    ...operation,
    env: operation.env ?? {},
    prepare: async (world) => {
      await seedUser(world.deps(), user(operation.user))
      return operation.request
    },
  }
}

type Pair = { readonly access: string; readonly refresh: string }

/** An operation of somebody who has logged in by JWT. */
function byJwt(
  operation: Omit<Operation, 'prepare' | 'env'>,
  request: (pair: Pair) => () => Request,
): Operation {
  return {
    ...operation,
    env: JWT,
    prepare: async (world) => {
      await seedUser(world.deps(), user())
      const login = requestOf('POST', 'login/', { username: 'alice', password: OLD_PASSWORD })
      // Elsewhere, too: so that there is something to end.
      await world.send(login())
      const pair = (await (await world.send(login())).json()) as Pair
      await world.settle()
      return request(pair)
    },
  }
}

const credentials = { username: 'alice', password: OLD_PASSWORD }
const newPasswords = { new_password1: NEW_PASSWORD, new_password2: NEW_PASSWORD }
const newUser = {
  username: 'bob',
  email: 'bob@example.com',
  password1: NEW_PASSWORD,
  password2: NEW_PASSWORD,
}
const bearer = (pair: Pair) => ({ Authorization: `Bearer ${pair.access}` })

const WEBHOOKS = JSON.stringify({
  crm: {
    url: 'https://crm.example.com/hooks',
    secrets: [`whsec_${btoa('0123456789abcdef0123456789abcdef')}`],
    events: ['user.*'],
  },
})

/** Every operation that waits for the database. */
export const OPERATIONS: readonly Operation[] = [
  plain({
    name: 'login (new token)',
    request: requestOf('POST', 'login/', credentials),
    status: 200,
  }),
  plain({
    name: 'login (known token)',
    user: { tokenKey: KEY },
    request: requestOf('POST', 'login/', credentials),
    status: 200,
  }),
  plain({
    name: 'login (token of a device)',
    env: { TOKEN_PER_DEVICE: 'true' },
    request: requestOf('POST', 'login/', credentials),
    status: 200,
  }),
  plain({
    name: 'sessions of all kinds (DELETE)',
    env: { SESSION_DEVICES: 'true' },
    user: { tokenKey: KEY },
    request: requestOf('DELETE', 'sessions/', undefined, TOKEN),
    status: 200,
  }),
  plain({
    name: 'login (session)',
    env: { SESSION_LOGIN: 'true', TOKEN_MODEL: 'null' },
    request: requestOf('POST', 'login/', credentials),
    status: 204,
  }),
  plain({
    name: 'login (JWT)',
    env: JWT,
    request: requestOf('POST', 'login/', credentials),
    status: 200,
  }),
  plain({
    name: 'login (wrong)',
    request: requestOf('POST', 'login/', { ...credentials, password: 'guess' }),
    status: 400,
  }),
  plain({
    name: 'registration',
    request: requestOf('POST', 'registration/', newUser),
    status: 201,
    // Who sent the lost request cannot be told from anybody else who types a taken name; the account is
    // there, with its password, its address and its mail.
    again: [400],
  }),
  {
    name: 'registration (invited)',
    env: { REGISTRATION: 'invited' },
    status: 201,
    again: [400],
    prepare: async (world) => {
      const deps = world.deps()
      const context = { origin: '', language: 'en' } as const
      const outcome = await invite(
        { ...deps, sendEmail: undefined },
        { email: newUser.email, context },
      )
      if (outcome.kind !== 'invited') throw new Error('Nobody was invited.')
      return requestOf('POST', 'registration/', { ...newUser, invitation: outcome.key })
    },
  },
  plain({
    name: 'registration (mandatory)',
    // Other systems hear of it, or of nothing.
    env: { ACCOUNT_EMAIL_VERIFICATION: 'mandatory', WEBHOOKS },
    request: requestOf('POST', 'registration/', newUser),
    status: 201,
    again: [400],
  }),
  {
    name: 'verify e-mail',
    env: {},
    status: 200,
    prepare: async (world) => {
      await seedUser(world.deps(), user({ emailVerified: false }))
      return requestOf('POST', 'registration/verify-email/', {
        key: await makeEmailKey(world.deps(), 1),
      })
    },
  },
  plain({
    name: 'emails (add)',
    env: { EMAIL_MANAGEMENT: 'true' },
    user: { tokenKey: KEY },
    request: requestOf('POST', 'emails/', { email: 'second@example.com' }, TOKEN),
    status: 201,
    // It is there; its mail is on its way.
    again: [400],
  }),
  {
    name: 'emails (change)',
    env: { EMAIL_MANAGEMENT: 'true', ACCOUNT_CHANGE_EMAIL: 'true' },
    status: 200,
    prepare: async (world) => {
      await seedUser(world.deps(), user({ tokenKey: KEY }))
      await world.send(requestOf('POST', 'emails/', { email: 'second@example.com' }, TOKEN)())
      await world.settle()
      const key = await makeEmailKey(world.deps(), 2)
      return requestOf('POST', 'registration/verify-email/', { key })
    },
  },
  plain({
    name: 'resend e-mail',
    user: { emailVerified: false },
    request: requestOf('POST', 'registration/resend-email/', { email: 'alice@example.com' }),
    status: 200,
    // The mail is on its way; the next one may go in three minutes.
    again: [429],
  }),
  plain({
    name: 'password reset',
    request: requestOf('POST', 'password/reset/', { email: 'alice@example.com' }),
    status: 200,
  }),
  {
    name: 'reset confirm',
    env: {},
    status: 200,
    // The link is used up; the new password is the password.
    again: [400],
    prepare: async (world) => {
      const deps = world.deps()
      const id = await seedUser(deps, user({ tokenKey: KEY }))
      const found = await findUserByClaim(deps.db, { field: 'id', value: String(id) })
      if (found === undefined) throw new Error('The user was not written.')
      const subject = { ...found, addresses: ['alice@example.com'] }
      return requestOf('POST', 'password/reset/confirm/', {
        uid: encodeUid(id),
        token: await makeResetToken(subject, deps.settings.SECRET_KEY, deps.now),
        ...newPasswords,
      })
    },
  },
  plain({
    name: 'password change',
    env: { OLD_PASSWORD_FIELD_ENABLED: 'true' },
    user: { tokenKey: KEY },
    request: requestOf(
      'POST',
      'password/change/',
      { old_password: OLD_PASSWORD, ...newPasswords },
      TOKEN,
    ),
    status: 200,
    // The change ended the token it came with; the new password is the password.
    again: [401],
  }),
  plain({
    name: 'user (delete)',
    env: { ACCOUNT_DELETION: 'hard' },
    user: { tokenKey: KEY },
    request: requestOf('POST', 'user/delete/', undefined, TOKEN),
    status: 200,
    // The account is locked, and its token with it.
    again: [401],
  }),
  plain({
    name: 'user (export)',
    env: { DATA_EXPORT: 'true' },
    user: { tokenKey: KEY },
    request: requestOf('GET', 'user/export/', undefined, TOKEN),
    status: 200,
  }),
  plain({
    name: 'user (GET)',
    user: { tokenKey: KEY },
    request: requestOf('GET', 'user/', undefined, TOKEN),
    status: 200,
  }),
  plain({
    name: 'user (PATCH)',
    user: { tokenKey: KEY },
    request: requestOf('PATCH', 'user/', { username: 'ada', first_name: 'Ada' }, TOKEN),
    status: 200,
  }),
  plain({
    name: 'logout',
    user: { tokenKey: KEY },
    request: requestOf('POST', 'logout/', undefined, TOKEN),
    status: 200,
    again: [400],
  }),
  byJwt({ name: 'logout (JWT)', status: 200 }, (pair) =>
    requestOf('POST', 'logout/', { refresh: pair.refresh }),
  ),
  byJwt({ name: 'token refresh', status: 200 }, (pair) =>
    requestOf('POST', 'token/refresh/', { refresh: pair.refresh }),
  ),
  byJwt({ name: 'token verify', status: 200 }, (pair) =>
    requestOf('POST', 'token/verify/', { token: pair.refresh }),
  ),
  byJwt({ name: 'sessions (GET)', status: 200 }, (pair) =>
    requestOf('GET', 'sessions/', undefined, bearer(pair)),
  ),
  byJwt({ name: 'sessions (DELETE)', status: 200 }, (pair) =>
    requestOf('DELETE', 'sessions/', undefined, bearer(pair)),
  ),
  byJwt({ name: 'logout everywhere', status: 200, again: [401] }, (pair) =>
    requestOf('POST', 'logout/all/', undefined, bearer(pair)),
  ),
]

const BY_RESEND: readonly Operation[] = OPERATIONS.filter(({ name }) =>
  [
    'registration',
    'registration (mandatory)',
    'emails (add)',
    'user (delete)',
    'emails (change)',
    'resend e-mail',
    'password reset',
    'reset confirm',
    'password change',
  ].includes(name),
)

/** The same with another transport behind the first: it gets only what the first one surely has not taken. */
const WITH_FALLBACK: readonly Operation[] = BY_RESEND.filter(
  ({ name }) => name === 'password reset',
).map((operation) => ({
  ...operation,
  name: `${operation.name}, with a fallback`,
  env: { ...operation.env, MAIL_TRANSPORTS: 'resend,postmark', POSTMARK_SERVER_TOKEN: 'token' },
}))

/** Those that send a mail. */
export const MAILING_OPERATIONS = [...BY_RESEND, ...WITH_FALLBACK]
