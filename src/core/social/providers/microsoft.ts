/**
 * Microsoft Entra ID. The issuer depends on the tenant, and addresses count as verified only where the tenant
 * cannot invent them (nOAuth).
 */
import { authorizationUrl, exchangeByBasic } from './code-exchange.ts'
import type { Claims } from './id-token-claims.ts'
import { profileOfIdToken, type ClaimedFields } from './id-token.ts'
import { objectIn, socialProfile, stringId, textOf } from './profile.ts'
import { defineProvider, type ProviderRequest } from './provider.ts'
import { requestJson } from './request-json.ts'

/** The tenant of all personal accounts. */
const CONSUMERS_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad'
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Microsoft (Entra ID and personal accounts): a code, or an ID token. A tenant's administrator may
 * write any address into a profile, so none is believed to be verified unless Microsoft says that the
 * tenant owns its domain (`xms_edov`). An access token for Graph cannot be confirmed to be ours.
 */
export const microsoft = defineProvider({
  id: 'microsoft',

  authorize(attempt, request) {
    return authorizationUrl(attempt, request, {
      endpoint: `${loginUrl(attempt)}/${tenant(attempt)}/oauth2/v2.0/authorize`,
      scopes: ['openid', 'profile', 'email', 'User.Read'],
      pkce: true,
      nonce: true,
    })
  },

  exchangeCode(attempt, grant) {
    const tokenUrl = `${loginUrl(attempt)}/${tenant(attempt)}/oauth2/v2.0/token`
    return exchangeByBasic(attempt, tokenUrl, grant)
  },

  async fetchProfile(attempt, tokens) {
    const graphUrl = textOf(attempt.app.settings['graph_url']) || 'https://graph.microsoft.com'
    const answer = await requestJson(attempt, `${graphUrl}/v1.0/me`, {
      during: 'profile',
      headers: { authorization: `Bearer ${tokens.accessToken}` },
    })
    if (answer.kind === 'unavailable') return answer
    const read = objectIn(answer)
    if (read.kind === 'rejected') return read
    const { data } = read
    return socialProfile({
      app: attempt.app,
      subject: stringId(data['id']),
      email: textOf(data['mail']) || data['userPrincipalName'],
      username: data['mailNickname'],
      firstName: data['givenName'],
      lastName: data['surname'],
      name: data['displayName'],
      extraData: data,
      tokens,
    })
  },

  readIdToken(attempt, token) {
    const rules = {
      token,
      jwksUrl: `${loginUrl(attempt)}/${tenant(attempt)}/discovery/v2.0/keys`,
      isIssuer: (issuer: string, claims: Claims) => isIssuer(attempt, issuer, claims),
    }
    return profileOfIdToken(attempt, rules, fieldsOf)
  },
})

/** The issuer names the person's tenant, which must be one that the app is open to. */
function isIssuer(attempt: ProviderRequest, issuer: string, claims: Claims): boolean {
  const tenantId = textOf(claims['tid'])
  if (!GUID.test(tenantId) || issuer !== `${loginUrl(attempt)}/${tenantId}/v2.0`) return false
  const allowed = tenant(attempt)
  if (allowed === 'common') return true
  if (allowed === 'consumers') return tenantId === CONSUMERS_TENANT
  if (allowed === 'organizations') return tenantId !== CONSUMERS_TENANT
  return tenantId === allowed.toLowerCase()
}

function fieldsOf(claims: Claims): ClaimedFields {
  return {
    subject: graphId(claims),
    email: claims['email'],
    emailVerified: ['1', 'true'].includes(String(claims['xms_edov'])),
    firstName: claims['given_name'],
    lastName: claims['family_name'],
    name: claims['name'],
    extraData: claims,
  }
}

/**
 * The id that Graph would give: `oid`, whose last sixteen digits it is for a personal account. `sub`
 * differs by app, and accounts that came in by Graph would not be found by it.
 */
function graphId(claims: Claims): string | undefined {
  const objectId = stringId(claims['oid'])
  if (objectId === undefined || claims['tid'] !== CONSUMERS_TENANT) return objectId
  return objectId.replaceAll('-', '').slice(-16)
}

function tenant(attempt: ProviderRequest): string {
  return textOf(attempt.app.settings['tenant']) || 'common'
}

function loginUrl(attempt: ProviderRequest): string {
  return textOf(attempt.app.settings['login_url']) || 'https://login.microsoftonline.com'
}
