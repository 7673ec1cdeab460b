import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { jsonExchange, type Exchange } from '../fake-fetch.ts'
import type { TestApp } from '../app.ts'

/** Apps at the two providers of dj-rest-auth's own documentation. */
export const SOCIAL_ENV = {
  FACEBOOK_CLIENT_ID: 'fb-client',
  FACEBOOK_CLIENT_SECRET: 'fb-secret',
  FACEBOOK_CALLBACK_URL: 'https://app.example/callback/facebook',
  TWITTER_CLIENT_ID: 'tw-client',
  TWITTER_CLIENT_SECRET: 'tw-secret',
  SOCIALACCOUNT_QUERY_EMAIL: 'true',
}

/** Somebody at Facebook. */
export const FAY = {
  id: '10001',
  email: 'fay@example.com',
  name: 'Fay Book',
  first_name: 'Fay',
  last_name: 'Book',
}

/** Somebody at X. */
export const TIA = { id: 20002, screen_name: 'tia', name: 'Tia Tweets', email: 'tia@example.com' }

const GRAPH = 'https://graph.facebook.com/v25.0'
export const FACEBOOK_ME = `${GRAPH}/me`
export const FACEBOOK_DEBUG = `${GRAPH}/debug_token`
export const TWITTER_VERIFY = 'https://api.x.com/1.1/account/verify_credentials.json'

/** What Facebook answers about a token of our app, `fb-token` unless told. */
export function facebookKnows(person: unknown, token = 'fb-token'): readonly Exchange[] {
  return [
    jsonExchange('GET', FACEBOOK_ME, person, { query: { access_token: token } }),
    jsonExchange(
      'GET',
      FACEBOOK_DEBUG,
      { data: { app_id: 'fb-client', is_valid: true, type: 'USER' } },
      { query: { input_token: token, access_token: 'fb-client|fb-secret' } },
    ),
  ]
}

/** What X answers about a signed token. */
export function twitterKnows(person: unknown): readonly Exchange[] {
  return [jsonExchange('GET', TWITTER_VERIFY, person)]
}

/** An OpenID Connect issuer that the app is set up with, by exchanges. */
export type TestIssuer = {
  readonly env: Readonly<Record<string, string>>
  /** Its metadata and keys, for an app that has not asked yet. */
  readonly exchanges: readonly Exchange[]
  readonly sign: (app: TestApp, claims: Readonly<Record<string, unknown>>) => Promise<string>
}

let issuers = 0

/** An issuer of its own for every test: what the app learns about one is kept for a while. */
export async function anIssuer(): Promise<TestIssuer> {
  issuers += 1
  const issuer = `https://idp-${issuers}.example`
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  const declared = {
    provider_id: 'corp',
    name: 'Corp',
    client_id: 'corp-client',
    secret: 'corp-secret',
    callback_url: ['https://app.example/callback/corp', 'app.example:/callback'],
    settings: { server_url: issuer },
  }
  return {
    env: { SOCIALACCOUNT_PROVIDERS: JSON.stringify({ openid_connect: { APPS: [declared] } }) },
    exchanges: [
      jsonExchange('GET', `${issuer}/.well-known/openid-configuration`, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        token_endpoint_auth_methods_supported: ['client_secret_post'],
      }),
      jsonExchange('GET', `${issuer}/jwks`, { keys: [key] }),
    ],
    sign: (app, claims) => {
      const iat = Math.floor(app.clock.now().getTime() / 1000)
      return new SignJWT({ iss: issuer, aud: 'corp-client', iat, exp: iat + 600, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .sign(privateKey)
    },
  }
}
