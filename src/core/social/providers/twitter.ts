/** Twitter / X: OAuth 2.0, and OAuth 1.0a for clients of the reference. */
import { decodeBase64Url, fromUtf8, hex } from '../../../crypto.ts'
import type { SocialApp } from '../../../settings/social-providers.ts'
import { authorizationUrl, exchangeByBasic } from './code-exchange.ts'
import { signOAuth1 } from './oauth1.ts'
import { digitId, objectIn, plainId, rejected, socialProfile, textOf } from './profile.ts'
import {
  defineProvider,
  type ProviderRequest,
  type ProfileOutcome,
  type ProviderTokens,
} from './provider.ts'
import { recordOf, requestJson, describeRefusal } from './request-json.ts'

const VERIFY_URL = 'https://api.x.com/1.1/account/verify_credentials.json'
const ME_URL = 'https://api.x.com/2/users/me'

/**
 * Twitter (X). A token with its secret is OAuth 1.0a: the call is signed by our consumer secret, so X
 * answers for tokens of our app only (RFC 5849). A code is OAuth 2.0 with PKCE, whose client id and
 * secret differ from the consumer's: settings `oauth2_client_id` and `oauth2_secret`.
 */
export const twitter = defineProvider({
  id: 'twitter',
  refusal: 'social_private_resources',
  credentials: 'token_and_secret',
  takesCode: (app) => oauth2ClientId(app) !== '',
  checkApp: faultsOf,

  authorize(attempt, request) {
    return authorizationUrl(forOAuth2(attempt), request, {
      endpoint: 'https://x.com/i/oauth2/authorize',
      scopes: ['users.read', 'tweet.read', ...(attempt.queryEmail ? ['users.email'] : [])],
      pkce: true,
    })
  },

  exchangeCode(attempt, grant) {
    return exchangeByBasic(forOAuth2(attempt), 'https://api.x.com/2/oauth2/token', grant)
  },

  fetchProfile(attempt, tokens) {
    return tokens.tokenSecret === undefined
      ? fetchByBearer(attempt, tokens)
      : fetchBySignature(attempt, tokens, tokens.tokenSecret)
  },

  async confirmToken(_attempt, tokens) {
    // A bearer token says nothing about its app, and X cannot be asked.
    return tokens.tokenSecret === undefined ? rejected('not_confirmed') : { kind: 'ours' }
  },
})

/** OAuth 1.0a (allauth: `TwitterAPI.get_user_info`): only 200 is a yes. */
async function fetchBySignature(
  attempt: ProviderRequest,
  tokens: ProviderTokens,
  tokenSecret: string,
): Promise<ProfileOutcome> {
  const [consumerKey] = attempt.app.clientIds
  if (consumerKey === undefined) return rejected('not_confirmed')
  const query: Record<string, string> = attempt.queryEmail ? { include_email: 'true' } : {}
  const authorization = await signOAuth1({
    method: 'GET',
    url: VERIFY_URL,
    query,
    consumerKey,
    consumerSecret: attempt.app.secret,
    token: tokens.accessToken,
    tokenSecret,
    nonce: hex(attempt.randomBytes(16)),
    timestampSeconds: Math.floor(attempt.now.getTime() / 1000),
  })
  const url = attempt.queryEmail ? `${VERIFY_URL}?${new URLSearchParams(query)}` : VERIFY_URL
  const answer = await requestJson(attempt, url, { during: 'profile', headers: { authorization } })
  if (answer.kind === 'unavailable') return answer
  if (answer.status !== 200) return rejected('refused', describeRefusal(answer.status, answer.json))
  const data = recordOf(answer.json)
  if (data === undefined) return rejected('bad_answer')
  return socialProfile({
    app: attempt.app,
    subject: plainId(data['id']) ?? digitId(data['id_str']),
    email: data['email'],
    username: data['screen_name'],
    name: data['name'],
    extraData: data,
    tokens,
  })
}

/** OAuth 2.0: `confirmed_email` is there with the scope users.email, and is what its name says. */
async function fetchByBearer(
  attempt: ProviderRequest,
  tokens: ProviderTokens,
): Promise<ProfileOutcome> {
  const fields = ['id', 'name', 'username', ...(attempt.queryEmail ? ['confirmed_email'] : [])]
  const url = `${ME_URL}?${new URLSearchParams({ 'user.fields': fields.join(',') })}`
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const answer = await requestJson(attempt, url, { during: 'profile', headers })
  if (answer.kind === 'unavailable') return answer
  const read = objectIn(answer)
  if (read.kind === 'rejected') return read
  const data = recordOf(read.data['data'])
  if (data === undefined) return rejected('bad_answer')
  return socialProfile({
    app: attempt.app,
    subject: digitId(data['id']),
    email: data['confirmed_email'],
    emailVerified: true,
    username: data['username'],
    name: data['name'],
    extraData: data,
    tokens,
  })
}

/** The attempt with the OAuth 2.0 client in place of the OAuth 1.0a consumer. */
function forOAuth2(attempt: ProviderRequest): ProviderRequest {
  const { app } = attempt
  const secret = textOf(app.settings['oauth2_secret'])
  return { ...attempt, app: { ...app, clientIds: [oauth2ClientId(app)], secret } }
}

/** Either pair of credentials will do, and each needs its secret. */
function faultsOf(app: SocialApp): readonly string[] {
  const { clientIds, secret } = app
  const misplaced = clientIds.some((id) => OAUTH2_CLIENT_ID.test(decodedText(id)))
  const isHalf =
    (clientIds.length > 0 && secret === '') ||
    (oauth2ClientId(app) !== '' && textOf(app.settings['oauth2_secret']) === '')
  return [
    ...(misplaced
      ? [
          'has an OAuth 2.0 client id as consumer key of twitter: write it as TWITTER_OAUTH2_CLIENT_ID, its secret as TWITTER_OAUTH2_CLIENT_SECRET',
        ]
      : []),
    ...(isHalf ? [`has no secret for ${app.providerId}`] : []),
  ]
}

/** X encodes an id, a version and the kind of client in base64, where a consumer key is letters and digits. */
const OAUTH2_CLIENT_ID = /^[\w-]+:\d+:[a-z]+$/

function decodedText(id: string): string {
  const bytes = decodeBase64Url(id)
  return bytes === undefined ? '' : fromUtf8(bytes)
}

/** The OAuth 2.0 client id, which Twitter gives apart from the OAuth 1.0a key. */
function oauth2ClientId(app: SocialApp): string {
  return textOf(app.settings['oauth2_client_id'])
}
