/** Results of calls as values: success, faults by field, a next step, throttled, offline. */
import type { User } from './bodies.ts'
import { property } from './properties.ts'

/** Result of a call. Nothing that a server or a network can do makes a call throw. */
export type Result<Value, Field extends string = never> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure<Field> }

/** A way of proving again who one is, by allauth's names. */
export type ReauthenticationFlow = {
  /** The password; a code or a passkey; another login at a provider. */
  readonly id: 'reauthenticate' | 'mfa_reauthenticate' | 'provider_redirect'
  readonly types?: readonly ('totp' | 'recovery_codes' | 'webauthn')[]
  readonly providers?: readonly string[]
}

/** Why a call came to nothing. */
export type Failure<Field extends string = string> =
  /** 400: messages by field, and those about the whole. */
  | {
      readonly kind: 'invalid'
      readonly fields: Readonly<Partial<Record<Field, readonly string[]>>>
      readonly messages: readonly string[]
      /**
       * With `SOCIAL_SIGNUP`: the provider gave too little data; `completeSocialSignUp` takes the rest together with
       * this.
       */
      readonly signupToken?: string
    }
  /** 401: not logged in, or no longer. `code` is there where a JWT was refused. */
  | { readonly kind: 'unauthenticated'; readonly message: string; readonly code?: string }
  /** 403: `reauthenticate` by one of these ways, then call again. */
  | {
      readonly kind: 'reauthentication_required'
      readonly message: string
      readonly flows: readonly ReauthenticationFlow[]
    }
  /** 403: logged in but not allowed, or a CSRF check failed. */
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'not_found'; readonly message: string }
  /** 429. */
  | { readonly kind: 'throttled'; readonly message: string; readonly retryAfterSeconds: number }
  /** 5xx, or an answer that is not this service's. */
  | {
      readonly kind: 'broken'
      readonly status: number
      readonly message: string
      readonly retryAfterSeconds: number
    }
  /** No answer: offline, blocked by CORS, aborted. */
  | { readonly kind: 'unreachable'; readonly cause: unknown }

/** The first step of a login is done; `verifySecondFactor` is the other one. */
export type SecondFactorRequired = {
  readonly kind: 'mfa_required'
  readonly ephemeralToken: string
}

/** A code was mailed (`ACCOUNT_LOGIN_BY_CODE_REQUIRED`); `confirmLoginCode` continues with it and the handle. */
export type MailedCodeRequired = {
  readonly kind: 'code_required'
  readonly handle: string
}

/** Result of a login: the user is not logged in while another step is required. */
export type LoginResult<Field extends string = never> =
  | Result<User, Field>
  | { readonly ok: false; readonly error: SecondFactorRequired | MailedCodeRequired }

/** An answer as it came: its JSON body, `undefined` where it has none. */
export type Answered = { readonly response: Response; readonly body: unknown }

/** Reads an answer to its end; a body that is no JSON counts as none. */
export async function readAnswer(response: Response): Promise<Answered> {
  const text = await response.text()
  try {
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    return { response, body }
  } catch {
    return { response, body: undefined }
  }
}

/** An answer as a failure; `undefined` for a good one. */
export function failureOf<Field extends string>({
  response,
  body,
}: Answered): Failure<Field> | undefined {
  if (response.ok) return undefined
  const message = textOf(body, 'detail') ?? response.statusText
  const code = textOf(body, 'code')
  const retryAfterSeconds = Number(response.headers.get('Retry-After') ?? 0)
  switch (response.status) {
    case 400:
      return { kind: 'invalid', ...messagesOf<Field>(body), ...signupTokenOf(body) }
    case 401:
      return { kind: 'unauthenticated', message, ...(code === undefined ? {} : { code }) }
    case 403:
      if (code !== 'reauthentication_required') return { kind: 'forbidden', message }
      return { kind: code, message, flows: flowsOf(body) }
    case 404:
      return { kind: 'not_found', message }
    case 429:
      return { kind: 'throttled', message, retryAfterSeconds }
    default:
      return { kind: 'broken', status: response.status, message, retryAfterSeconds }
  }
}

function signupTokenOf(body: unknown): { readonly signupToken?: string } {
  const signupToken = textOf(body, 'signup_token')
  return signupToken === undefined ? {} : { signupToken }
}

function flowsOf(body: unknown): readonly ReauthenticationFlow[] {
  const flows = property(body, 'flows')
  // The service names only these.
  return Array.isArray(flows) ? (flows as readonly ReauthenticationFlow[]) : []
}

/** A text under a name of an object; `undefined` where there is none. */
export function textOf(body: unknown, name: string): string | undefined {
  const value = property(body, name)
  return typeof value === 'string' ? value : undefined
}

/** The handle of a login that waits for a mailed code. */
export function handleOfStep(body: unknown): string | undefined {
  return property(body, 'code_required') === true ? textOf(body, 'handle') : undefined
}

const WHOLE = ['non_field_errors', 'detail']

function messagesOf<Field extends string>(
  body: unknown,
): {
  readonly fields: Readonly<Partial<Record<Field, readonly string[]>>>
  readonly messages: readonly string[]
} {
  const fields: Record<string, readonly string[]> = {}
  const messages: string[] = []
  const entries: readonly (readonly [string, unknown])[] =
    typeof body === 'object' && body !== null ? Object.entries(body) : []
  for (const [name, value] of entries) {
    // A code and a token are for programs; a field may be called so, too, and then has a list.
    if (typeof value === 'string' && ['code', 'signup_token'].includes(name)) continue
    const texts = (Array.isArray(value) ? value : [value]).map(String)
    if (WHOLE.includes(name)) messages.push(...texts)
    else fields[name] = texts
  }
  // The service names the fields of the input that it was sent; a caller reads only those it knows.
  return { fields: fields as Partial<Record<Field, readonly string[]>>, messages }
}
