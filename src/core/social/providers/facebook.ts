/** Facebook Login. A token is asked about first: it must have been issued to our app (confused deputy). */
import { hex, hmacSha256 } from '../../../crypto.ts'
import { authorizationUrl, exchangeByParameters } from './code-exchange.ts'
import { objectIn, rejected, socialProfile, stringId, textOf } from './profile.ts'
import { defineProvider, type ProviderRequest } from './provider.ts'
import { recordOf, requestJson } from './request-json.ts'

const FIELDS = 'id,email,name,first_name,last_name'

/**
 * Facebook Login over the Graph API. The token goes with an `appsecret_proof`, and `debug_token` says
 * whom it was issued to. Facebook does not vouch for addresses (allauth: `FacebookProvider`).
 * Codes are exchanged by GET at the version in use; Arctic posts them to v16.0, which has expired.
 */
export const facebook = defineProvider({
  id: 'facebook',

  authorize(attempt, request) {
    return authorizationUrl(attempt, request, {
      endpoint: `https://www.facebook.com/${version(attempt)}/dialog/oauth`,
      scopes: attempt.queryEmail ? ['email'] : [],
      pkce: true,
    })
  },

  exchangeCode(attempt, grant) {
    const tokenUrl = graphUrl(attempt, 'oauth/access_token')
    return exchangeByParameters(
      attempt,
      { tokenUrl, method: 'GET', secret: attempt.app.secret },
      grant,
    )
  },

  async fetchProfile(attempt, tokens) {
    const query = new URLSearchParams({
      fields: FIELDS,
      access_token: tokens.accessToken,
      appsecret_proof: await appSecretProof(attempt.app.secret, tokens.accessToken),
    })
    const answer = await requestJson(attempt, `${graphUrl(attempt, 'me')}?${query}`, {
      during: 'profile',
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    const { data } = read
    return socialProfile({
      app: attempt.app,
      subject: stringId(data['id']),
      email: data['email'],
      username: data['username'],
      firstName: data['first_name'],
      lastName: data['last_name'],
      name: data['name'],
      extraData: data,
      tokens,
    })
  },

  async confirmToken(attempt, tokens) {
    const query = new URLSearchParams({
      input_token: tokens.accessToken,
      access_token: `${attempt.app.clientIds[0]}|${attempt.app.secret}`,
    })
    const answer = await requestJson(attempt, `${graphUrl(attempt, 'debug_token')}?${query}`, {
      during: 'profile',
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    const data = recordOf(read.data['data'])
    if (data?.['is_valid'] !== true) return rejected('refused')
    if (!attempt.app.clientIds.includes(appId(data['app_id']))) {
      return rejected('token_of_another_app')
    }
    return { kind: 'ours' }
  },
})

function version(attempt: ProviderRequest): string {
  return textOf(attempt.app.settings['version']) || 'v19.0'
}

function graphUrl(attempt: ProviderRequest, path: string): string {
  return `https://graph.facebook.com/${version(attempt)}/${path}`
}

/** A string in every answer seen, a number in old documentation. */
function appId(value: unknown): string {
  return typeof value === 'number' ? String(value) : textOf(value)
}

/** Graph refuses a stolen token without it ("Securing Graph API Requests"). */
async function appSecretProof(secret: string, token: string): Promise<string> {
  return hex(await hmacSha256(secret, token))
}
