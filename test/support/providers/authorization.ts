import { createHash, randomBytes } from 'node:crypto'
import type { ProviderAnswer, ProviderRequest } from './http-server.ts'

/** A registered client: what the authorization and token endpoints insist on. */
export type Client = {
  readonly clientId: string
  readonly secret: string
  readonly redirectUri: string
}

/** What a code stands for. */
type Grant<Person> = {
  readonly person: Person
  readonly redirectUri: string
  readonly challenge: string | null
  readonly nonce: string | null
  readonly scope: string
}

/** An authorization server's memory: codes that may be used once. */
export type Authorization<Person> = {
  /** Whoever comes to the authorization endpoint next is this person. */
  readonly signIn: (person: Person) => void
  /** A code as the provider's own page would give it, without a browser. */
  readonly issueCode: (grant: Partial<Grant<Person>> & { readonly person: Person }) => string
  /** The authorization endpoint (RFC 6749 §4.1.1): redirects back with a code. */
  readonly authorize: (request: ProviderRequest) => ProviderAnswer
  /** Spends a code at the token endpoint; says why not. */
  readonly spend: (parameters: URLSearchParams) => Grant<Person> | string
}

/** An authorization server for one client, with PKCE (RFC 7636) checked where a challenge was given. */
export function createAuthorization<Person>(client: Client): Authorization<Person> {
  const grants = new Map<string, Grant<Person>>()
  let signedIn: Person | undefined

  const keep = (grant: Grant<Person>): string => {
    const code = `code-${randomBytes(12).toString('hex')}`
    grants.set(code, grant)
    return code
  }

  return {
    signIn: (person) => {
      signedIn = person
    },
    issueCode: (grant) =>
      keep({ redirectUri: client.redirectUri, challenge: null, nonce: null, scope: '', ...grant }),
    authorize: ({ query }) => {
      const redirectUri = query.get('redirect_uri')
      if (signedIn === undefined || query.get('client_id') !== client.clientId)
        return { status: 400 }
      if (redirectUri !== client.redirectUri || query.get('response_type') !== 'code') {
        return { status: 400 }
      }
      const code = keep({
        person: signedIn,
        redirectUri,
        challenge: query.get('code_challenge'),
        nonce: query.get('nonce'),
        scope: query.get('scope') ?? '',
      })
      const location = new URL(redirectUri)
      location.searchParams.set('code', code)
      location.searchParams.set('state', query.get('state') ?? '')
      return { status: 302, text: '', headers: { location: String(location) } }
    },
    spend: (parameters) => {
      const code = parameters.get('code') ?? ''
      const grant = grants.get(code)
      grants.delete(code)
      if (grant === undefined || parameters.get('grant_type') !== 'authorization_code') {
        return 'invalid_grant'
      }
      if (parameters.get('redirect_uri') !== grant.redirectUri) return 'invalid_grant'
      const verifier = parameters.get('code_verifier') ?? ''
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      if (grant.challenge !== null && challenge !== grant.challenge) return 'invalid_grant'
      return grant
    },
  }
}

/** Whether the request says by Basic, or by parameters, that it comes from the client. */
export function isFromClient(
  client: Client,
  request: ProviderRequest,
  by: 'basic' | 'parameters',
): boolean {
  if (by === 'basic') {
    const expected = Buffer.from(`${client.clientId}:${client.secret}`).toString('base64')
    return request.headers.get('authorization') === `Basic ${expected}`
  }
  const parameters = request.method === 'GET' ? request.query : request.form
  return (
    parameters.get('client_id') === client.clientId &&
    parameters.get('client_secret') === client.secret
  )
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(request: ProviderRequest): string {
  return /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
}
