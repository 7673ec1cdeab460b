/** LinkedIn, by its ID token. */
import { authorizationUrl, exchangeByParameters } from './code-exchange.ts'
import { profileOfIdToken, type ClaimedFields } from './id-token.ts'
import { objectIn, rejected, socialProfile, stringId, textOf } from './profile.ts'
import { defineProvider } from './provider.ts'
import { requestJson } from './request-json.ts'

const OAUTH = 'https://www.linkedin.com/oauth'

/**
 * LinkedIn ("Sign In with LinkedIn using OpenID Connect"): a code, an access token that introspection
 * says is ours, or an ID token. LinkedIn refuses Basic and knows neither PKCE nor nonces on the web.
 */
export const linkedin = defineProvider({
  id: 'linkedin',

  authorize(attempt, request) {
    return authorizationUrl(attempt, request, {
      endpoint: `${OAUTH}/v2/authorization`,
      scopes: ['openid', 'profile', ...(attempt.queryEmail ? ['email'] : [])],
      pkce: false,
    })
  },

  exchangeCode(attempt, grant) {
    const { secret } = attempt.app
    return exchangeByParameters(
      attempt,
      { tokenUrl: `${OAUTH}/v2/accessToken`, method: 'POST', secret },
      { ...grant, codeVerifier: undefined },
    )
  },

  async fetchProfile(attempt, tokens) {
    const answer = await requestJson(attempt, 'https://api.linkedin.com/v2/userinfo', {
      during: 'profile',
      headers: { authorization: `Bearer ${tokens.accessToken}` },
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    return socialProfile({ app: attempt.app, ...fieldsOf(read.data), tokens })
  },

  async confirmToken(attempt, tokens) {
    const answer = await requestJson(attempt, `${OAUTH}/v2/introspectToken`, {
      during: 'profile',
      method: 'POST',
      body: new URLSearchParams({
        client_id: attempt.app.clientIds[0] ?? '',
        client_secret: attempt.app.secret,
        token: tokens.accessToken,
      }),
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    if (read.data['active'] !== true) return rejected('refused')
    return attempt.app.clientIds.includes(textOf(read.data['client_id']))
      ? { kind: 'ours' }
      : rejected('token_of_another_app')
  },

  readIdToken(attempt, token) {
    const rules = {
      token,
      jwksUrl: `${OAUTH}/openid/jwks`,
      isIssuer: (issuer: string) => issuer === OAUTH,
    }
    return profileOfIdToken(attempt, rules, fieldsOf)
  },
})

function fieldsOf(claims: Readonly<Record<string, unknown>>): ClaimedFields {
  return {
    subject: stringId(claims['sub']),
    email: claims['email'],
    emailVerified: claims['email_verified'] === true || claims['email_verified'] === 'true',
    firstName: claims['given_name'],
    lastName: claims['family_name'],
    name: claims['name'],
    extraData: claims,
  }
}
