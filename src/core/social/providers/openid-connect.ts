/** Any OpenID Connect provider, from its configuration alone. */
import { authorizationUrl, exchangeByBasic, exchangeByParameters } from './code-exchange.ts'
import { discover, isSecureUrl, type DiscoveryOutcome } from './discovery.ts'
import { profileOfIdToken, verifyIdToken, type ClaimedFields } from './id-token.ts'
import { rejected, socialProfile, stringId, textOf } from './profile.ts'
import {
  defineProvider,
  type ProviderRequest,
  type ProviderTokens,
  type Unavailable,
} from './provider.ts'
import { recordOf, requestJson, unavailable, type Answer } from './request-json.ts'

/**
 * Any OpenID Connect issuer, by settings alone: `server_url` and what discovery finds there. Each app
 * has its own `provider_id`, so several issuers stand side by side and a subject of one is never a
 * subject of another. The ID token says who it is; userinfo adds what the ID token leaves out.
 */
export const openidConnect = defineProvider({
  id: 'openid_connect',

  checkApp(app) {
    const url = textOf(app.settings['server_url'])
    if (url === '') return [`has no settings.server_url for ${app.providerId}`]
    return isSecureUrl(url) ? [] : [`has no https server_url for ${app.providerId}`]
  },

  async authorize(attempt, request) {
    const found = await metadataOf(attempt, 'code_exchange')
    if (found.kind !== 'metadata') return asUnavailable(found)
    return authorizationUrl(attempt, request, {
      endpoint: found.metadata.authorizationUrl,
      scopes: ['openid', 'profile', 'email'],
      pkce: true,
      nonce: true,
    })
  },

  async exchangeCode(attempt, grant) {
    const found = await metadataOf(attempt, 'code_exchange')
    if (found.kind === 'rejected') return { kind: 'code_rejected' }
    if (found.kind === 'unavailable') return found
    const { tokenUrl, tokenAuthMethods } = found.metadata
    const configured = textOf(attempt.app.settings['token_auth_method'])
    const methods = configured === '' ? tokenAuthMethods : [configured]
    const { secret } = attempt.app
    return secret === '' || methods.includes('client_secret_basic')
      ? exchangeByBasic(attempt, tokenUrl, grant)
      : exchangeByParameters(attempt, { tokenUrl, method: 'POST', secret }, grant)
  },

  async fetchProfile(attempt, tokens) {
    const found = await metadataOf(attempt, 'profile')
    if (found.kind !== 'metadata') return found
    if (tokens.idToken === undefined) return rejected('bad_answer')
    const { issuer, jwksUrl, userinfoUrl } = found.metadata
    const verified = await verifyIdToken(attempt, {
      token: tokens.idToken,
      jwksUrl,
      isIssuer: (claimed) => claimed === issuer,
    })
    if (verified.kind !== 'claims') return verified
    const { claims } = verified
    const answer = await fetchUserinfo(attempt, userinfoUrl, tokens)
    // An account without its address would be permanent; the user may retry in a minute.
    if (answer?.kind === 'unavailable' && textOf(claims['email']) === '') return answer
    const answered =
      answer?.kind === 'answer' && answer.status === 200 ? recordOf(answer.json) : undefined
    // Token substitution (OpenID Connect Core §5.3.2): without the same subject nothing of it is believed.
    const userinfo = answered?.['sub'] === undefined ? undefined : answered
    if (userinfo !== undefined && userinfo['sub'] !== claims.sub) return rejected('bad_answer')
    const extraData = userinfo === undefined ? claims : { userinfo, id_token: claims }
    const fields = fieldsOf(userinfo === undefined ? claims : withUserinfo(claims, userinfo))
    return socialProfile({ app: attempt.app, ...fields, extraData, tokens })
  },

  async readIdToken(attempt, token) {
    const found = await metadataOf(attempt, 'profile')
    if (found.kind !== 'metadata') return found
    const { issuer, jwksUrl } = found.metadata
    const rules = { token, jwksUrl, isIssuer: (claimed: string) => claimed === issuer }
    return profileOfIdToken(attempt, rules, fieldsOf)
  },
})

/** allauth: `OpenIDConnectProvider.extract_common_fields`. */
function fieldsOf(claims: Readonly<Record<string, unknown>>): ClaimedFields {
  return {
    subject: stringId(claims['sub']),
    email: claims['email'],
    emailVerified: claims['email_verified'] === true,
    username: claims['preferred_username'],
    firstName: claims['given_name'],
    lastName: claims['family_name'],
    name: claims['name'],
    extraData: claims,
  }
}

/**
 * Userinfo goes before the ID token. An address and whether it is verified come from one of them: the flag
 * of the one says nothing about the address of the other.
 */
function withUserinfo(
  claims: Readonly<Record<string, unknown>>,
  userinfo: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { email, email_verified } = textOf(userinfo['email']) === '' ? claims : userinfo
  return { ...claims, ...userinfo, email, email_verified }
}

/** OpenID Connect Core §5.3; `undefined` where there is none to ask. */
async function fetchUserinfo(
  attempt: ProviderRequest,
  url: string,
  tokens: ProviderTokens,
): Promise<Answer | Unavailable | undefined> {
  if (url === '' || attempt.app.settings['fetch_userinfo'] === false) return undefined
  return requestJson(attempt, url, {
    during: 'profile',
    headers: { authorization: `Bearer ${tokens.accessToken}` },
  })
}

/** `settings.issuer` is for servers that call themselves otherwise than where they are found. */
function metadataOf(
  attempt: ProviderRequest,
  during: Unavailable['during'],
): Promise<DiscoveryOutcome> {
  const url = textOf(attempt.app.settings['server_url'])
  const issuer = textOf(attempt.app.settings['issuer']) || (url.split('/.well-known/', 1)[0] ?? url)
  return discover(attempt, { url, issuer }, during)
}

function asUnavailable(found: Exclude<DiscoveryOutcome, { kind: 'metadata' }>): Unavailable {
  return found.kind === 'unavailable' ? found : unavailable('code_exchange')
}
