/**
 * `createClient`: the typed client for browsers and apps. It imports nothing, throws only on bugs, and returns
 * every expected failure as a value, so that a form can show it.
 */
import type {
  Device,
  Login,
  LoginInput,
  RegistrationInput,
  Remember,
  User,
  UserInput,
  UserWith,
} from './bodies.ts'
import { accessTokenCall, refreshResult } from './access-token.ts'
import { accountCalls, type AccountCalls, type Registered } from './account.ts'
import { caller, reading, type Call } from './call.ts'
import { mailedCalls, type Leave, type MailedCalls } from './mailed.ts'
import { property } from './properties.ts'
import { asDetail, asDevices, asIs, asLogins, asNothing } from './readers.ts'
import { renewing } from './renewal.ts'
import { handleOfStep, textOf, type LoginResult, type Result } from './result.ts'
import { secondFactorCalls, type Enter, type SecondFactorCalls } from './second-factor.ts'
import { createSession, type Mode } from './session.ts'
import { createStates, type SessionState } from './states.ts'
import { defaultStorage, tokenStore, type TokenStorage, type TokenStore } from './storage.ts'
import { socialCalls, type SocialCalls } from './social.ts'
import { asUser } from './user.ts'

export type * from './bodies.ts'
export type {
  Failure,
  LoginResult,
  MailedCodeRequired,
  ReauthenticationFlow,
  Result,
  SecondFactorRequired,
} from './result.ts'
export type * from './second-factor-bodies.ts'
export type { AccountCalls, Registered } from './account.ts'
export type { MailedCalls } from './mailed.ts'
export type { SecondFactorCalls } from './second-factor.ts'
export type { Mode } from './session.ts'
export type { SocialCalls } from './social.ts'
export type { SessionState } from './states.ts'
export { memoryStorage, type TokenStorage } from './storage.ts'

/** Where the service is, and how it is set up. */
export type ClientOptions = {
  /** `URL_PREFIX` of the service, as `https://auth.example.com/dj-rest-auth/`. */
  readonly url: string
  readonly mode: Mode
  /** Which of the service's `JWT_CLIENTS` this is: its logins and refreshes say so. */
  readonly clientId?: string
  /** Where tokens live in the modes `token` and `jwt`. Default: `localStorage`, else memory. */
  readonly storage?: TokenStorage
  readonly fetch?: typeof fetch
  /** `CSRF_COOKIE_NAME` and the header, where they are not Django's. */
  readonly csrf?: { readonly cookie: string; readonly header: string }
}

/** Every endpoint of the service. A call never throws: what went wrong is in its result. */
export type Client = AccountCalls &
  SecondFactorCalls &
  MailedCalls &
  SocialCalls & {
    /**
     * An error of the kind `mfa_required` asks for `verifySecondFactor`, `code_required` for `confirmLoginCode`: nobody
     * is logged in before.
     */
    readonly login: (input: LoginInput) => Promise<LoginResult<keyof LoginInput>>
    /** Forgets the tokens even if the request fails. */
    readonly logout: () => Promise<Result<string>>
    /** Ends every login of the account, this one too (`SESSION_MANAGEMENT`). */
    readonly logoutEverywhere: () => Promise<Result<string>>
    /** Where the account is logged in; with `USE_JWT` and `SESSION_MANAGEMENT`. */
    readonly logins: () => Promise<Result<readonly Login[]>>
    /** The same with `SESSION_DEVICES`: auth tokens, sessions and JWT logins, by device and place. */
    readonly devices: () => Promise<Result<readonly Device[]>>
    readonly renameDevice: (id: string, name: string) => Promise<Result<void, 'name'>>
    /** Of `logins` and of `devices`. */
    readonly endLogin: (id: string) => Promise<Result<void>>
    readonly endOtherLogins: () => Promise<Result<string>>
    /** A fresh access token, `undefined` in cookie mode where bodies hold none. */
    readonly refresh: () => Promise<Result<string | undefined>>
    /**
     * A token that is valid now, and for another half minute (less where tokens live shorter): for WebSockets,
     * GraphQL clients and other code that `fetch` does not reach. Refreshed when near its end, once for all who ask
     * meanwhile. In the mode `token` the key. In cookie mode it is kept in memory alone.
     */
    readonly accessToken: () => Promise<Result<string>>
    readonly verifyToken: (token: string) => Promise<Result<void, 'token'>>
    /**
     * `fetch` with the caller's credentials, refreshed when they are too old: for an own API that takes
     * them. Sends them to any URL it is given. Throws as `fetch` does.
     */
    readonly fetch: (url: string, init?: RequestInit) => Promise<Response>
    /** Calls back when someone logs in or out, here or (in browsers) in another tab. */
    readonly subscribe: (listener: (state: SessionState) => void) => () => void
  }

/**
 * The client of a service with fields of its own: `Own` says their types, as `user/` shows them. What may be written
 * of them is the service's to say.
 */
export type ClientWith<Own extends object> = Omit<
  Client,
  | 'user'
  | 'updateUser'
  | 'replaceUser'
  | 'register'
  | 'requestLoginCode'
  | 'confirmLoginCode'
  | 'completeSocialSignUp'
> & {
  readonly user: () => Promise<Result<UserWith<Own>>>
  readonly updateUser: (
    input: UserInput & Partial<Own>,
  ) => Promise<Result<UserWith<Own>, keyof UserInput | (keyof Own & string)>>
  readonly replaceUser: (
    input: UserInput & Partial<Own> & { readonly username: string },
  ) => Promise<Result<UserWith<Own>, keyof UserInput | (keyof Own & string)>>
  readonly register: (
    input: RegistrationInput & Partial<Own>,
  ) => Promise<Result<Registered, keyof RegistrationInput | (keyof Own & string)>>
  readonly requestLoginCode: (
    email: string,
    own?: Partial<Own>,
  ) => Promise<Result<string, 'email' | (keyof Own & string)>>
  readonly confirmLoginCode: (
    handle: string,
    code: string,
    options?: Remember & Partial<Own>,
  ) => Promise<LoginResult<'handle' | 'code' | (keyof Own & string)>>
  readonly completeSocialSignUp: (
    signupToken: string,
    email: string | undefined,
    options?: Remember & Partial<Own>,
  ) => Promise<LoginResult<'signup_token' | 'email' | (keyof Own & string)>>
}

/** Makes a client. Nothing is sent before its first call. `Own`: types of the fields that `USER_FIELDS` declares. */
export function createClient<Own extends object = object>(options: ClientOptions): ClientOf<Own> {
  // Bodies are passed on as they are; only the caller knows what the service declares.
  return makeClient(options) as ClientOf<Own>
}

type ClientOf<Own extends object> = keyof Own extends never ? Client : ClientWith<Own>

function makeClient(options: ClientOptions): Client {
  const { mode, clientId } = options
  const base = withSlash(options.url)
  const store = tokenStore(options.storage ?? defaultStorage(), `rest-auth ${base}`)
  const states = createStates(`rest-auth ${base}`)
  const session = createSession({
    mode,
    store,
    refreshUrl: `${base}token/refresh/`,
    clientId,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    csrf: options.csrf ?? { cookie: 'csrftoken', header: 'X-CSRFToken' },
    onEnd: () => states.publish('logged_out'),
  })
  const open = caller(base, session.send, clientId)
  const authenticated = caller(base, session.sendAuthenticated)
  const keep = (body: unknown): Promise<void> =>
    mode === 'cookie' ? Promise.resolve() : keepTokens(store, body)
  const leave: Leave = async (answered) => {
    await store.clear()
    states.publish('logged_out')
    return answered
  }
  const enter = entering(authenticated, keep, () => states.publish('logged_in'))
  return {
    // Only a key needs to be shown: JWTs and cookies are ended by the refresh token alone.
    logout: logoutCall(mode === 'token' ? authenticated : open, store, leave),
    ...loginCalls(authenticated, leave),
    ...accountCalls(open, authenticated, { enter, keep }),
    ...secondFactorCalls(open, authenticated, enter),
    ...mailedCalls(open, authenticated, { enter, leave }),
    ...socialCalls(open, authenticated, enter),
    login: (input) => enter(open('POST login/', input, asIs)),
    refresh: () => refreshResult(session),
    accessToken: accessTokenCall({ mode, store, session, subscribe: states.subscribe }),
    verifyToken: (token) => open('POST token/verify/', { token }, asNothing),
    fetch: (url, init = {}) => session.sendAuthenticated(url, init),
    subscribe: states.subscribe,
  }
}

/** Makes of an answer a login: its tokens are kept, and the user is asked for where it does not hold it. */
function entering(
  authenticated: Call,
  keep: (body: unknown) => Promise<void>,
  publish: () => void,
): Enter {
  return async <Field extends string>(
    answer: Promise<Result<unknown, Field>>,
  ): Promise<LoginResult<Field>> => {
    const answered = await answer
    if (!answered.ok) return answered
    const ephemeralToken = textOf(answered.value, 'ephemeral_token')
    if (ephemeralToken !== undefined) {
      return { ok: false, error: { kind: 'mfa_required', ephemeralToken } }
    }
    const handle = handleOfStep(answered.value)
    if (handle !== undefined) return { ok: false, error: { kind: 'code_required', handle } }
    await keep(answered.value)
    const found = property(answered.value, 'user')
    const entered: Result<User, Field> =
      found === undefined
        ? await authenticated('GET user/', undefined, asUser)
        : reading(found, asUser)
    if (entered.ok) publish()
    return entered
  }
}

function logoutCall(call: Call, store: TokenStore, leave: Leave): Client['logout'] {
  return async () => {
    const { refresh } = await store.read()
    const body = refresh === undefined ? {} : { refresh }
    return leave(await call('POST logout/', body, asDetail))
  }
}

function loginCalls(
  authenticated: Call,
  leave: Leave,
): Pick<
  Client,
  'logoutEverywhere' | 'logins' | 'devices' | 'renameDevice' | 'endLogin' | 'endOtherLogins'
> {
  return {
    logoutEverywhere: async () => {
      const answered = await authenticated('POST logout/all/', {}, asDetail)
      return answered.ok ? leave(answered) : answered
    },
    logins: () => authenticated('GET sessions/', undefined, asLogins),
    devices: () => authenticated('GET sessions/', undefined, asDevices),
    renameDevice: (id, name) => authenticated(`PATCH sessions/${id}/`, { name }, asNothing),
    endLogin: (id) => authenticated(`DELETE sessions/${id}/`, undefined, asNothing),
    endOtherLogins: () => authenticated('DELETE sessions/', undefined, asDetail),
  }
}

/** What an answer holds of tokens; an answer without any leaves the stored ones alone. */
async function keepTokens(store: TokenStore, body: unknown): Promise<void> {
  const tokens = {
    key: textOf(body, 'key'),
    access: textOf(body, 'access'),
    refresh: textOf(body, 'refresh'),
  }
  const given = Object.entries(tokens).filter(([, value]) => value !== undefined && value !== '')
  if (given.length > 0)
    await store.write({ ...Object.fromEntries(given), ...renewing(tokens.access) })
}

/** The address with exactly one slash at its end. */
function withSlash(url: string): string {
  let end = url.length
  while (url.charAt(end - 1) === '/') end -= 1
  return `${url.slice(0, end)}/`
}
