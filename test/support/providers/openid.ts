import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { randomBytes } from 'node:crypto'
import {
  bearerOf,
  createAuthorization,
  isFromClient,
  type Authorization,
  type Client,
} from './authorization.ts'
import {
  startProviderServer,
  type ProviderAnswer,
  type ProviderRequest,
  type ProviderServer,
} from './http-server.ts'

/** Somebody with an account at the issuer: the claims about them. */
type OpenidPerson = Readonly<Record<string, unknown>> & { readonly sub: unknown }

/** How the paths of an issuer's endpoints end. */
type OpenidEndpoints = {
  readonly authorize: string
  readonly token: string
  readonly jwks: string
  readonly userinfo: string
}

/** How a fake issuer differs from the plain one. */
export type OpenidOptions = {
  /** What it calls itself; its own URL unless told. */
  readonly issuer?: string
  /** Where its endpoints are reached, if not at its own URL: behind a proxy. */
  readonly reachedAt?: string
  /** What it signs with first; a new key unless told. */
  readonly key?: SigningKey
  readonly endpoints?: Partial<OpenidEndpoints>
  /** How the client says who it is at the token endpoint. */
  readonly clientBy?: 'basic' | 'parameters'
  /** Claims that are left out of the ID token and only in userinfo. */
  readonly onlyInUserinfo?: readonly string[]
  readonly now: () => Date
}

/** An OpenID Connect issuer with keys that rotate. */
export type FakeOpenid = ProviderServer &
  Pick<Authorization<OpenidPerson>, 'signIn' | 'issueCode'> & {
    readonly issuer: string
    /** An ID token as a native app gets it; `claims` and `header` go over the usual ones. */
    readonly issueIdToken: (
      person: OpenidPerson,
      claims?: Readonly<Record<string, unknown>>,
    ) => Promise<string>
    /** An access token outside of a code flow. */
    readonly issueToken: (person: OpenidPerson) => string
    /** Signs with a new key from now on; the old one leaves the key set. */
    readonly rotateKeys: () => Promise<void>
    /** What a handler of the test answers before the issuer does. */
    readonly answerFirst: (
      handler: (request: ProviderRequest) => ProviderAnswer | undefined,
    ) => void
  }

/** A key pair of an issuer; takes long to make. */
type SigningKey = { readonly privateKey: CryptoKey; readonly jwk: JWK }

/** Starts an issuer that knows one client. */
export async function startOpenid(client: Client, options: OpenidOptions): Promise<FakeOpenid> {
  const authorization = createAuthorization<OpenidPerson>(client)
  const bearers = new Map<string, OpenidPerson>()
  const endpoints = {
    authorize: '/authorize',
    token: '/token',
    jwks: '/jwks',
    userinfo: '/userinfo',
    ...options.endpoints,
  }
  let key = options.key ?? (await newSigningKey())
  let first: (request: ProviderRequest) => ProviderAnswer | undefined = () => undefined

  const server = await startProviderServer(async (request) => {
    const own = first(request)
    if (own !== undefined) return own
    const { path } = request
    if (path === '/.well-known/openid-configuration') return { json: metadata() }
    if (path.endsWith(endpoints.authorize)) return authorization.authorize(request)
    if (path.endsWith(endpoints.token)) return token(request)
    if (path.endsWith(endpoints.jwks)) return { json: { keys: [key.jwk] } }
    if (!path.endsWith(endpoints.userinfo)) return undefined
    const person = bearers.get(bearerOf(request))
    return person === undefined ? { status: 401, json: {} } : { json: person }
  })
  const issuer = options.issuer ?? server.url
  const base = options.reachedAt ?? server.url

  const metadata = (): Readonly<Record<string, unknown>> => ({
    issuer,
    authorization_endpoint: base + endpoints.authorize,
    token_endpoint: base + endpoints.token,
    jwks_uri: base + endpoints.jwks,
    userinfo_endpoint: base + endpoints.userinfo,
    token_endpoint_auth_methods_supported: [
      options.clientBy === 'parameters' ? 'client_secret_post' : 'client_secret_basic',
    ],
  })

  const issueToken = (person: OpenidPerson): string => {
    const access_token = `at-${randomBytes(12).toString('hex')}`
    bearers.set(access_token, person)
    return access_token
  }

  const issueIdToken: FakeOpenid['issueIdToken'] = async (person, claims = {}) => {
    const left = Object.entries(person).filter(([name]) => !options.onlyInUserinfo?.includes(name))
    const iat = Math.floor(options.now().getTime() / 1000)
    const usual = { iss: issuer, aud: client.clientId, iat, exp: iat + 3600 }
    return new SignJWT({ ...usual, ...Object.fromEntries(left), ...claims })
      .setProtectedHeader({
        alg: 'RS256',
        ...(key.jwk.kid === undefined ? {} : { kid: key.jwk.kid }),
      })
      .sign(key.privateKey)
  }

  const token = async (request: ProviderRequest): Promise<ProviderAnswer> => {
    if (!isFromClient(client, request, options.clientBy ?? 'basic')) {
      return { status: 401, json: { error: 'invalid_client' } }
    }
    const grant = authorization.spend(request.form)
    if (typeof grant === 'string') return { status: 400, json: { error: grant } }
    const nonce = grant.nonce === null ? {} : { nonce: grant.nonce }
    return {
      json: {
        access_token: issueToken(grant.person),
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: 'rt-1',
        id_token: await issueIdToken(grant.person, nonce),
      },
    }
  }

  return {
    ...server,
    signIn: authorization.signIn,
    issueCode: authorization.issueCode,
    issuer,
    issueIdToken,
    issueToken,
    rotateKeys: async () => {
      key = await newSigningKey()
    },
    answerFirst: (handler) => {
      first = handler
    },
  }
}

/** Makes a key pair for an issuer. */
export async function newSigningKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const kid = randomBytes(4).toString('hex')
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } }
}
