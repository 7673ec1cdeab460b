/** Sign in with Apple. The profile is in the ID token; the name comes once, from the client, and proves nothing. */
import type { SocialApp } from '../../../settings/social-providers.ts'
import { parseJson } from '../../../parse-json.ts'
import { isKeyFor } from '../../../settings/jwt-keys.ts'
import { authorizationUrl, exchangeByParameters } from './code-exchange.ts'
import type { Claims } from './id-token-claims.ts'
import { profileOfIdToken, type ClaimedFields } from './id-token.ts'
import { rejected, stringId, textOf } from './profile.ts'
import { defineProvider } from './provider.ts'
import { recordOf } from './request-json.ts'
import { loadProviders } from './load-providers.ts'

const ISSUER = 'https://appleid.apple.com'

const ID_TOKEN = {
  jwksUrl: `${ISSUER}/auth/keys`,
  isIssuer: (issuer: string): boolean => issuer === ISSUER,
}

/**
 * Sign in with Apple: a code, or the ID token of a native app. There is no profile to fetch: the ID
 * token is all, and the name comes once in a person's life, posted by the browser in `user`. The
 * client's secret is a JWT signed by the app's own key (allauth: `secret` is the key's id, `key` the
 * team's, `certificate_key` the key).
 */
export const apple = defineProvider({
  id: 'apple',
  // Apple answers no other way once a scope is asked for.

  checkApp(app) {
    const key = certificateKey(app)
    const needs = { secret: app.secret, key: app.key, certificate_key: key }
    const missing = Object.entries(needs)
      .filter(([, value]) => value === '')
      .map(([name]) => `has no ${name} for ${app.providerId}`)
    if (key === '' || isCertificateKey(key)) return missing
    return [
      ...missing,
      `has a certificate_key for ${app.providerId} that is no EC P-256 key: copy the .p8 file whole, from -----BEGIN PRIVATE KEY----- on`,
    ]
  },

  authorize(attempt, request) {
    return authorizationUrl(attempt, request, {
      endpoint: `${ISSUER}/auth/authorize`,
      scopes: ['name', ...(attempt.queryEmail ? ['email'] : [])],
      pkce: false,
      nonce: true,
      responseMode: 'form_post',
    })
  },

  async exchangeCode(attempt, grant) {
    const { appleClientSecret } = await loadProviders()
    const secret = await appleClientSecret(attempt, {
      key: certificateKey(attempt.app),
      audience: ISSUER,
    })
    return exchangeByParameters(
      attempt,
      { tokenUrl: `${ISSUER}/auth/token`, method: 'POST', secret },
      grant,
    )
  },

  async fetchProfile(attempt, tokens) {
    if (tokens.idToken === undefined) return rejected('bad_answer')
    return profileOfIdToken(attempt, { ...ID_TOKEN, token: tokens.idToken, tokens }, (claims) =>
      fieldsOf(claims, attempt.given.user),
    )
  },

  readIdToken(attempt, token) {
    return profileOfIdToken(attempt, { ...ID_TOKEN, token }, (claims) =>
      fieldsOf(claims, attempt.given.user),
    )
  },
})

/** The name comes from the client unsigned, so nothing but the name is taken from `user`. */
function fieldsOf(claims: Claims, user: string | undefined): ClaimedFields {
  const name = recordOf(recordOf(parseJson(user))?.['name'])
  const verified = claims['email_verified']
  return {
    subject: stringId(claims.sub),
    email: claims['email'],
    emailVerified: verified === true || verified === 'true',
    firstName: textOf(name?.['firstName']),
    lastName: textOf(name?.['lastName']),
    extraData: claims,
  }
}

/** What Apple gives out; a login would find out otherwise. */
function isCertificateKey(pem: string): boolean {
  return pem.startsWith('-----BEGIN PRIVATE KEY-----') && isKeyFor('ES256', pem)
}

/** PEM; variables often hold its line breaks as `\n`. */
function certificateKey(app: SocialApp): string {
  return textOf(app.settings['certificate_key']).replaceAll('\\n', '\n').trim()
}
