/**
 * Beginning a login at a provider and coming back from it: state, PKCE (RFC 7636) and nonce. State is signed and
 * names the provider and redirect URI, so nothing is stored for logins that never return (mix-up, login CSRF: RFC
 * 9700 §4.4, §4.7).
 */
import {
  constantTimeEqualText,
  encodeBase64Url,
  hmacSha256,
  seal,
  sha256Hex,
  unseal,
} from '../../crypto.ts'
import type { Spend } from './login.sql.ts'
import type { Deps } from '../../deps.ts'
import type { ConfiguredProvider } from './providers/configured.ts'
import { attemptOf } from './attempt.ts'

/** The slice of `Deps` that beginning at a provider needs. */
export type AuthorizeDeps = Pick<Deps, 'settings' | 'now' | 'fetch' | 'randomBytes'>

/** How long a user may take at the provider. */
export const STATE_LIFETIME_SECONDS = 600

const STATE_PURPOSE = 'social-state'

/** Where a login by a provider begins. */
export type AuthorizationStart =
  | {
      readonly kind: 'started'
      readonly url: string
      readonly state: string
      /** Only for the client that began: without it the state is useless. */
      readonly codeVerifier: string
    }
  | { readonly kind: 'redirect_uri_not_allowed' }
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number }

/**
 * Begins a login at a provider: the URL with state, nonce and PKCE. Nothing is stored: the state carries,
 * sealed, what must be known when it comes back, and the hash of the verifier that only the browser or
 * the caller has. So one user's response cannot be injected into another's session (RFC 9700 §4.7), whether or not the
 * provider knows PKCE. `redirectUri` must be one of the app's; `postedTo` receives the answer in its
 * place where a provider posts it (Apple). With a `browserSecret` the verifier is made from it, so that of several
 * logins that one browser begins none takes another's away.
 */
export async function startAuthorization(
  deps: AuthorizeDeps,
  configured: ConfiguredProvider,
  request: AuthorizationRequest,
): Promise<AuthorizationStart> {
  const { provider, app } = configured
  const redirectUri = allowedRedirectUri(configured, request.redirectUri)
  if (redirectUri === undefined) return { kind: 'redirect_uri_not_allowed' }
  const { browserSecret } = request
  const random = encodeBase64Url(deps.randomBytes(32))
  const codeVerifier =
    browserSecret === undefined ? random : await verifierOf(browserSecret, random)
  const state = await sealState(deps, {
    providerId: app.providerId,
    redirectUri,
    postedTo: provider.responseMode === 'form_post' ? request.postedTo : '',
    expiresAtSeconds: Math.floor(deps.now.getTime() / 1000) + STATE_LIFETIME_SECONDS,
    verifierHash: await sha256Hex(codeVerifier),
    salt: browserSecret === undefined ? '' : random,
  })
  const outcome = await provider.authorize(attemptOf(deps, configured, {}), {
    redirectUri: provider.responseMode === 'form_post' ? request.postedTo : redirectUri,
    state,
    codeVerifier,
    nonce: await nonceOf(codeVerifier),
  })
  if (outcome.kind === 'unavailable') return outcome
  return { kind: 'started', url: outcome.url.href, state, codeVerifier }
}

/** Where to come back to, and by what the browser is known then. */
type AuthorizationRequest = {
  readonly redirectUri: string | undefined
  readonly postedTo: string
  readonly browserSecret?: string | undefined
}

/** A new secret for a browser to keep. */
export function newBrowserSecret(deps: Pick<Deps, 'randomBytes'>): string {
  return encodeBase64Url(deps.randomBytes(32))
}

/** A verifier of its own for each login (RFC 7636 §4.1), of which the browser keeps only its secret. */
async function verifierOf(browserSecret: string, salt: string): Promise<string> {
  return encodeBase64Url(await hmacSha256(browserSecret, `code-verifier:${salt}`))
}

/** The URI if the app has it, letter by letter; without one the app's first. */
export function allowedRedirectUri(
  { app }: ConfiguredProvider,
  redirectUri: string | undefined,
): string | undefined {
  if (redirectUri === undefined || redirectUri === '') return app.callbackUrls[0]
  return app.callbackUrls.find((allowed) => allowed === redirectUri)
}

/**
 * The meaning of a returned state. `not_ours`: a client without our `authorize/` made it and compares it by
 * itself. `invalid`: ours, but another provider's, another browser's, or too old.
 */
export type ResumedAuthorization =
  | ({ readonly kind: 'resumed' } & Resumed)
  | { readonly kind: 'invalid' | 'not_ours' }

/** A login that came back, with everything that its state says. */
type Resumed = {
  /** What must be sent to the provider again (RFC 6749 §4.1.3). */
  readonly redirectUri: string
  readonly codeVerifier: string
  readonly nonce: string
  /** The state, to be used once. */
  readonly spend: Spend
}

/** Opens a state that came back. */
export async function resumeAuthorization(
  deps: Pick<Deps, 'settings' | 'now'>,
  { app }: ConfiguredProvider,
  back: ReturnedAuthorization,
): Promise<ResumedAuthorization> {
  const state = await openState(deps, back.state)
  if (state === undefined) return { kind: 'not_ours' }
  const codeVerifier = await returnedVerifier(back, state)
  const isOfBrowser = constantTimeEqualText(await sha256Hex(codeVerifier), state.verifierHash)
  if (!isUsable(deps, app.providerId, state) || !isOfBrowser) return { kind: 'invalid' }
  return {
    kind: 'resumed',
    redirectUri: state.postedTo === '' ? state.redirectUri : state.postedTo,
    codeVerifier,
    nonce: await nonceOf(codeVerifier),
    spend: {
      purpose: STATE_PURPOSE,
      hash: await sha256Hex(back.state),
      expiresAt: new Date(state.expiresAtSeconds * 1000),
    },
  }
}

/** A state, and what the browser or the caller has kept. */
type ReturnedAuthorization = {
  readonly state: string
  readonly codeVerifier: string | undefined
  readonly browserSecret: string | undefined
}

/** The PKCE verifier, derived from the browser's secret and the state, so that it is stored nowhere. */
async function returnedVerifier(
  { codeVerifier, browserSecret }: ReturnedAuthorization,
  { salt }: State,
): Promise<string> {
  if (codeVerifier !== undefined) return codeVerifier
  if (browserSecret === undefined || browserSecret === '') return ''
  return salt === '' ? browserSecret : verifierOf(browserSecret, salt)
}

/** Where an answer that a provider posted is to go on to; `undefined` for a state that is not ours. */
export async function returnAddress(
  deps: Pick<Deps, 'settings' | 'now'>,
  { app }: ConfiguredProvider,
  state: string,
): Promise<string | undefined> {
  const opened = await openState(deps, state)
  return opened !== undefined && isUsable(deps, app.providerId, opened)
    ? opened.redirectUri
    : undefined
}

type State = {
  readonly providerId: string
  readonly redirectUri: string
  /** Our own URL that the provider posts to; empty where it redirects. */
  readonly postedTo: string
  readonly expiresAtSeconds: number
  readonly verifierHash: string
  /** What makes the verifier from a browser's secret; empty where the caller has the verifier itself. */
  readonly salt: string
}

/** The state parameter, sealed: the provider and the browser can read nothing of it, and change nothing. */
async function sealState(deps: AuthorizeDeps, state: State): Promise<string> {
  const text = JSON.stringify([
    state.providerId,
    state.redirectUri,
    state.postedTo,
    state.expiresAtSeconds,
    state.verifierHash,
    state.salt,
  ])
  return seal(
    { secret: deps.settings.SECRET_KEY, randomBytes: deps.randomBytes },
    STATE_PURPOSE,
    text,
  )
}

/** Whether a state is of this provider and recent. */
function isUsable(deps: Pick<Deps, 'now'>, providerId: string, state: State): boolean {
  return state.providerId === providerId && deps.now.getTime() / 1000 < state.expiresAtSeconds
}

/** What we sealed into a state; `undefined` when it is not ours. */
async function openState(deps: Pick<Deps, 'settings'>, sealed: string): Promise<State | undefined> {
  const { SECRET_KEY, SECRET_KEY_FALLBACKS } = deps.settings
  const opened = await unseal([SECRET_KEY, ...SECRET_KEY_FALLBACKS], STATE_PURPOSE, sealed)
  if (opened === undefined) return undefined
  const parts: unknown = JSON.parse(opened.text)
  if (!Array.isArray(parts)) return undefined
  return {
    providerId: String(parts[0]),
    redirectUri: String(parts[1]),
    postedTo: String(parts[2]),
    expiresAtSeconds: Number(parts[3]),
    verifierHash: String(parts[4]),
    salt: String(parts[5] ?? ''),
  }
}

/** Bound to the verifier, so that the ID token is bound to the browser, too; a hash tells nothing of it. */
async function nonceOf(codeVerifier: string): Promise<string> {
  return sha256Hex(`nonce:${codeVerifier}`)
}
