/** GitHub. Verified addresses are in an endpoint of their own; only those count. */
import { basicCredentials } from './basic-credentials.ts'
import { authorizationUrl, exchangeByBasic } from './code-exchange.ts'
import { digitId, objectIn, rejected, socialProfile, textOf } from './profile.ts'
import {
  defineProvider,
  type ProviderRequest,
  type ProviderTokens,
  type Unavailable,
} from './provider.ts'
import { recordOf, requestJson, unavailable } from './request-json.ts'
import { stripEnd } from '../../../strip.ts'

/**
 * GitHub, or GitHub Enterprise under the setting `GITHUB_URL`. The public profile seldom has an
 * address, so `user/emails` is asked along with it; GitHub says which addresses it has verified.
 */
export const github = defineProvider({
  id: 'github',

  authorize(attempt, request) {
    return authorizationUrl(attempt, request, {
      endpoint: `${webUrl(attempt)}/login/oauth/authorize`,
      scopes: attempt.queryEmail ? ['user:email'] : [],
      pkce: true,
    })
  },

  exchangeCode(attempt, grant) {
    return exchangeByBasic(attempt, `${webUrl(attempt)}/login/oauth/access_token`, grant)
  },

  async fetchProfile(attempt, tokens) {
    const [answer, found] = await Promise.all([
      requestJson(attempt, `${apiUrl(attempt)}/user`, {
        during: 'profile',
        headers: { authorization: `Bearer ${tokens.accessToken}` },
      }),
      attempt.queryEmail ? findAddress(attempt, tokens) : undefined,
    ])
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    // An account without its address would be permanent; the user may retry in a minute.
    if (found?.kind === 'unavailable') return found
    const { data } = read
    return socialProfile({
      app: attempt.app,
      subject: digitId(data['id']),
      email: found?.email ?? data['email'],
      emailVerified: found?.email !== undefined,
      username: data['login'],
      name: data['name'],
      extraData: data,
      tokens,
    })
  },

  async confirmToken(attempt, tokens) {
    const clientId = attempt.app.clientIds[0] ?? ''
    const answer = await requestJson(attempt, `${apiUrl(attempt)}/applications/${clientId}/token`, {
      during: 'profile',
      method: 'POST',
      headers: {
        authorization: basicCredentials(clientId, attempt.app.secret),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ access_token: tokens.accessToken }),
    })
    if (answer.kind === 'unavailable') return answer
    // 404 and 422 are GitHub's words for a token that is not this app's.
    const read = objectIn(answer)
    if (read.kind === 'rejected') return rejected('token_of_another_app')
    return { kind: 'ours' }
  },
})

/** An address with what GitHub says of it. */
type FoundAddress = { readonly kind: 'found'; readonly email: string | undefined }

/**
 * The primary address if GitHub has verified it. A refusal is no address: 404 is documented to occur. What is no list
 * comes from somewhere else than GitHub's API, and would make an account without its address.
 */
async function findAddress(
  attempt: ProviderRequest,
  tokens: ProviderTokens,
): Promise<FoundAddress | Unavailable> {
  const answer = await requestJson(attempt, `${apiUrl(attempt)}/user/emails`, {
    during: 'profile',
    headers: { authorization: `Bearer ${tokens.accessToken}` },
  })
  if (answer.kind === 'unavailable') return answer
  if (answer.status !== 200) return { kind: 'found', email: undefined }
  if (!Array.isArray(answer.json)) return unavailable('profile')
  const primary = answer.json
    .map(recordOf)
    .find((entry) => entry?.['primary'] === true && entry['verified'] === true)
  return { kind: 'found', email: textOf(primary?.['email']) || undefined }
}

const isSlash = (character: string): boolean => character === '/'

function webUrl(attempt: ProviderRequest): string {
  return stripEnd(textOf(attempt.app.settings['github_url']) || 'https://github.com', isSlash)
}

function apiUrl(attempt: ProviderRequest): string {
  const own = textOf(attempt.app.settings['github_url'])
  return own === '' ? 'https://api.github.com' : `${webUrl(attempt)}/api/v3`
}
