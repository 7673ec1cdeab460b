/** Google, by its ID token. */
import { authorizationUrl, exchangeByBasic } from './code-exchange.ts'
import { profileOfIdToken, type ClaimedFields } from './id-token.ts'
import { objectIn, rejected, socialProfile, stringId, textOf } from './profile.ts'
import { defineProvider } from './provider.ts'
import { requestJson } from './request-json.ts'

/** Where Google's keys are, and both of the names it signs as. */
const ID_TOKEN = {
  jwksUrl: 'https://www.googleapis.com/oauth2/v3/certs',
  isIssuer: (issuer: string): boolean =>
    issuer === 'https://accounts.google.com' || issuer === 'accounts.google.com',
}

/**
 * Google: a code, an ID token (One Tap, native apps), or an access token that `tokeninfo` says is ours.
 * Differs: the reference refuses a lone `id_token`, which is all that Google's own buttons give.
 */
export const google = defineProvider({
  id: 'google',

  authorize(attempt, request) {
    return authorizationUrl(attempt, request, {
      endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      scopes: ['openid', 'profile', ...(attempt.queryEmail ? ['email'] : [])],
      pkce: true,
      nonce: true,
    })
  },

  exchangeCode(attempt, grant) {
    return exchangeByBasic(attempt, 'https://oauth2.googleapis.com/token', grant)
  },

  async fetchProfile(attempt, tokens) {
    if (tokens.idToken !== undefined) {
      return profileOfIdToken(attempt, { ...ID_TOKEN, token: tokens.idToken, tokens }, fieldsOf)
    }
    const answer = await requestJson(attempt, 'https://www.googleapis.com/oauth2/v3/userinfo', {
      during: 'profile',
      headers: { authorization: `Bearer ${tokens.accessToken}` },
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    return socialProfile({ app: attempt.app, ...fieldsOf(read.data), tokens })
  },

  async confirmToken(attempt, tokens) {
    const query = new URLSearchParams({ access_token: tokens.accessToken })
    const answer = await requestJson(attempt, `https://oauth2.googleapis.com/tokeninfo?${query}`, {
      during: 'profile',
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    if (!attempt.app.clientIds.includes(textOf(read.data['aud']))) {
      return rejected('token_of_another_app')
    }
    return { kind: 'ours' }
  },

  readIdToken(attempt, token) {
    return profileOfIdToken(attempt, { ...ID_TOKEN, token }, fieldsOf)
  },
})

/** allauth: `GoogleProvider.extract_common_fields`. */
function fieldsOf(claims: Readonly<Record<string, unknown>>): ClaimedFields {
  return {
    subject: stringId(claims['sub']),
    email: claims['email'],
    emailVerified: claims['email_verified'] === true,
    firstName: claims['given_name'],
    lastName: claims['family_name'],
    extraData: claims,
  }
}
