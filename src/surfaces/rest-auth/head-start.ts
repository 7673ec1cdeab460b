/**
 * The head start of an isolate's first login: its first database call is sent before the code is read that serves the
 * login, so that the database answers meanwhile. Nothing is decided here. The login runs as ever, and where it asks what
 * was asked already, its answer is there; where it would not ask, nothing may be sent, because the call counts the
 * attempt. So whatever may be refused before that call has no head start.
 */
import { beginFirstCall, type FirstCall } from '../../core/sign-in/first-call.ts'
import {
  formValues,
  loginFaults,
  typedName,
  typedText,
  type TypedLogin,
} from '../../core/sign-in/login-input.ts'
import { countLogin, type RateDeps } from '../../core/limits/rate-limits.ts'
import { readsMore, type MoreSettings } from '../../core/users/more-settings.ts'
import { reachDatabase } from '../../db/reach.ts'
import { letIoProceed } from '../../let-io-proceed.ts'
import type { Deps } from '../../deps.ts'
import type { Begun } from '../../request-deps.ts'
import type { Settings } from '../../settings/parse.ts'
import type { PolicyOf } from '../../settings/policy.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import { bodyReader, requireRecord, type ReadBody } from '../../web/body.ts'
import { cookieTrust } from '../../web/cookie-trust.ts'
import { headerName } from '../../web/csrf.ts'
import { negotiate } from '../../web/negotiation.ts'
import { isGuarded } from '../../web/turnstile.ts'
import { readFields } from './fields.ts'
import { loginFields } from './login-fields.ts'
import { countIn, ROUTE_SCOPE } from './throttle-scopes.ts'

/** What was done for a login before its code is there. */
export type HeadStart = {
  /** Its body, which can be read once. */
  readonly readBody?: () => Promise<ReadBody>
  readonly begun?: Begun
}

/** What a head start needs of the outside world: a request has no dependencies so far. */
type HeadStartDeps = Pick<Deps, 'client' | 'fetch' | 'randomBytes' | 'settings'> & {
  readonly now: () => Date
}

/** Gives the login a head start, where it is certain to ask the database. */
export async function beginLogin(deps: HeadStartDeps, request: Request): Promise<HeadStart> {
  const { settings } = deps
  if (!isPlain(settings, request)) return {}
  const readBody = bodyReader(request, settings.BODY_MAX_BYTES)
  try {
    negotiate(request)
    const begun = await begin(deps, await readBody())
    return begun === undefined ? { readBody } : { readBody, begun }
  } catch {
    // The login itself says what is wrong.
    return { readBody }
  }
}

type PlainSettings = MoreSettings &
  PolicyOf<'social'> &
  Parameters<typeof cookieTrust>[0] &
  Pick<
    Settings,
    | 'JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED'
    | 'JWT_CLIENTS'
    | 'SIMPLE_JWT_AUTH_HEADER_NAME'
    | 'SOCIALACCOUNT_ONLY'
    | 'TURNSTILE_ACTIONS'
    | 'TURNSTILE_SECRET_KEY'
  >

/** Whether nothing but what was typed decides: no credential, no proof of a person, no client, no further columns. */
function isPlain(settings: PlainSettings, request: Request): boolean {
  return (
    request.method === 'POST' &&
    hasPasswordLogin(settings) &&
    !isGuarded(settings, 'login') &&
    settings.JWT_CLIENTS.length === 0 &&
    !readsMore(settings) &&
    !mayCarryCredential(settings, request) &&
    cookieTrust(settings, request, 'logs_in').kind !== 'refused'
  )
}

function mayCarryCredential(settings: PlainSettings, { headers }: Request): boolean {
  const jwtHeader = headerName(settings.SIMPLE_JWT_AUTH_HEADER_NAME)
  return (
    settings.JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED ||
    ['authorization', 'cookie', jwtHeader].some((name) => headers.has(name))
  )
}

/** Begins the call of a login with such a body; `undefined` where its fields are wrong. */
async function begin(deps: HeadStartDeps, body: ReadBody): Promise<Begun | undefined> {
  const { settings } = deps
  const { values, errors } = readFields(loginFields(settings), requireRecord(body))
  const input = values as TypedLogin // as the fields are declared
  const isWrong = Object.keys(errors).length > 0 || loginFaults(settings, input).length > 0
  if (isWrong) return undefined
  const now = deps.now()
  const reached = reachDatabase(settings, deps)
  const calls = reached.open(settings.DATABASE_TIMEOUT_MS)
  const call = beginFirstCall(calls, await firstCallOf({ ...deps, now }, input))
  // What is read next would keep the call from leaving.
  await letIoProceed()
  return { now, reached, call }
}

async function firstCallOf(deps: RateDeps, input: TypedLogin): Promise<FirstCall> {
  const typed = typedName(deps.settings, input)
  const caller = { kind: 'anonymous', hasDeadSession: false } as const
  return {
    typed,
    scopeCount: await countIn(deps, { caller, scope: ROUTE_SCOPE }),
    count: await countLogin(deps, {
      typed: typedText(deps.settings, input),
      accounts: { values: formValues(typed) },
      device: undefined,
    }),
  }
}
