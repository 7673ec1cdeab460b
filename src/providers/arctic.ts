import {
  ArcticFetchError,
  CodeChallengeMethod,
  OAuth2Client,
  UnexpectedResponseError,
  type OAuth2Tokens,
} from 'arctic'
import type { Attempt, CodeGrant, TokensOutcome } from './provider.ts'
import { unavailable } from './request-json.ts'
import { tokensOf } from './tokens.ts'

/** The authorization URL (RFC 6749 §4.1.1), with PKCE (RFC 7636) where there is a verifier. */
export function arcticAuthorizationUrl(request: {
  readonly endpoint: string
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string
  readonly codeVerifier: string | undefined
  readonly scopes: readonly string[]
}): URL {
  const client = new OAuth2Client(request.clientId, null, request.redirectUri)
  const scopes = [...request.scopes]
  if (request.codeVerifier === undefined) {
    return client.createAuthorizationURL(request.endpoint, request.state, scopes)
  }
  return client.createAuthorizationURLWithPKCE(
    request.endpoint,
    request.state,
    CodeChallengeMethod.S256,
    request.codeVerifier,
    scopes,
  )
}

/**
 * Exchanges a code (RFC 6749 §4.1.3), the client authenticated by Basic. Arctic calls the global
 * `fetch` and knows no deadline, so ours is put around it; the call it may leave behind ends with the
 * request.
 */
export async function arcticExchange(
  attempt: Attempt,
  tokenUrl: string,
  grant: CodeGrant,
): Promise<TokensOutcome> {
  const { clientIds, secret } = attempt.app
  const client = new OAuth2Client(
    clientIds[0] ?? '',
    secret === '' ? null : secret,
    grant.redirectUri ?? null,
  )
  const exchange = client.validateAuthorizationCode(
    tokenUrl,
    grant.code,
    grant.codeVerifier ?? null,
  )
  try {
    const tokens = await within(attempt.signal, exchange)
    return tokensOf(tokens.data, attempt.now)
  } catch (error) {
    return failureOf(error)
  }
}

function failureOf(error: unknown): TokensOutcome {
  if (error instanceof OutOfTime || error instanceof ArcticFetchError) {
    return unavailable('code_exchange')
  }
  if (error instanceof UnexpectedResponseError && isDown(error.status)) {
    return { ...unavailable('code_exchange'), status: error.status }
  }
  return { kind: 'code_rejected' }
}

function isDown(status: number): boolean {
  return status >= 500 || status === 429
}

class OutOfTime extends Error {}

async function within(signal: AbortSignal, work: Promise<OAuth2Tokens>): Promise<OAuth2Tokens> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new OutOfTime())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject)
  })
}
