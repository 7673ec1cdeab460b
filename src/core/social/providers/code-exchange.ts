/**
 * Exchanging an authorization code for tokens (RFC 6749 §4.1.3), with client credentials as HTTP Basic or in the
 * body, whichever the provider requires.
 */
import { basicCredentials } from './basic-credentials.ts'
import type {
  ProviderRequest,
  AuthorizeOutcome,
  AuthorizeRequest,
  CodeGrant,
  TokensOutcome,
} from './provider.ts'
import { requestJson, describeRefusal, type Answer, type AskOptions } from './request-json.ts'
import { tokensOf } from './tokens.ts'
import { loadProviders } from './load-providers.ts'

/** What the authorization URL of a provider needs in addition to the attempt. */
export type Authorization = {
  readonly endpoint: string
  /** Used unless the operator's `SCOPE` replaces them. */
  readonly scopes: readonly string[]
  /** RFC 7636: off only where a provider refuses it. */
  readonly pkce: boolean
  /** OpenID Connect: the nonce goes along and comes back in the ID token. */
  readonly nonce?: boolean
  /** Only where it is not the query. */
  readonly responseMode?: 'form_post'
}

/** Builds the URL a browser begins at, with the operator's `SCOPE` and `AUTH_PARAMS`. */
export async function authorizationUrl(
  attempt: ProviderRequest,
  request: AuthorizeRequest,
  authorization: Authorization,
): Promise<AuthorizeOutcome> {
  const { arcticAuthorizationUrl } = await loadProviders()
  const url = arcticAuthorizationUrl({
    endpoint: authorization.endpoint,
    clientId: attempt.app.clientIds[0] ?? '',
    redirectUri: request.redirectUri,
    state: request.state,
    codeVerifier: authorization.pkce ? request.codeVerifier : undefined,
    scopes: attempt.app.scope ?? authorization.scopes,
  })
  if (authorization.nonce === true) url.searchParams.set('nonce', request.nonce)
  if (authorization.responseMode !== undefined) {
    url.searchParams.set('response_mode', authorization.responseMode)
  }
  for (const [name, value] of Object.entries(attempt.app.authParams)) {
    // Ours bind the answer to the browser that asked; an operator's must not take their place.
    if (!url.searchParams.has(name)) url.searchParams.set(name, value)
  }
  return { kind: 'url', url }
}

/** Exchanges a code with the client authenticated by Basic (RFC 6749 §2.3.1), or public without a secret. */
export async function exchangeByBasic(
  attempt: ProviderRequest,
  tokenUrl: string,
  grant: CodeGrant,
): Promise<TokensOutcome> {
  const clientId = attempt.app.clientIds[0] ?? ''
  const { secret } = attempt.app
  const body = grantParameters(grant)
  if (secret === '') body.set('client_id', clientId)
  const headers: Record<string, string> =
    secret === '' ? {} : { authorization: basicCredentials(clientId, secret) }
  return exchange(attempt, tokenUrl, { method: 'POST', body, headers })
}

/** Exchanges a code with the client's secret among the parameters, for providers that refuse Basic. */
export async function exchangeByParameters(
  attempt: ProviderRequest,
  request: { readonly tokenUrl: string; readonly method: 'GET' | 'POST'; readonly secret: string },
  grant: CodeGrant,
): Promise<TokensOutcome> {
  const { tokenUrl, method, secret } = request
  const parameters = grantParameters(grant)
  parameters.set('client_id', attempt.app.clientIds[0] ?? '')
  parameters.set('client_secret', secret)
  return method === 'GET'
    ? exchange(attempt, `${tokenUrl}?${parameters}`, { method })
    : exchange(attempt, tokenUrl, { method, body: parameters })
}

/** RFC 6749 §4.1.3, with the verifier of RFC 7636 §4.5. */
function grantParameters({ code, redirectUri, codeVerifier }: CodeGrant): URLSearchParams {
  const parameters = new URLSearchParams({ grant_type: 'authorization_code', code })
  if (redirectUri !== undefined) parameters.set('redirect_uri', redirectUri)
  if (codeVerifier !== undefined) parameters.set('code_verifier', codeVerifier)
  return parameters
}

/**
 * One bounded request for tokens. What the provider refuses is the client's fault, what it does not answer is not.
 */
async function exchange(
  attempt: ProviderRequest,
  url: string,
  options: Omit<AskOptions, 'during'>,
): Promise<TokensOutcome> {
  const answer = await requestJson(attempt, url, { ...options, during: 'code_exchange' })
  if (answer.kind === 'unavailable') return answer
  const fields = tokenFields(answer)
  const isGood = answer.status === 200 || answer.status === 201
  const tokens = isGood ? tokensOf(fields, attempt.now) : undefined
  return tokens ?? { kind: 'code_rejected', said: describeRefusal(answer.status, fields) }
}

/** Old token endpoints answer form-encoded, as Facebook's did (allauth: `OAuth2Client.get_access_token`). */
function tokenFields({ claimsJson, json, text }: Answer): unknown {
  return claimsJson ? json : Object.fromEntries(new URLSearchParams(text))
}
