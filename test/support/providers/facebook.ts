import { createHmac, randomBytes } from 'node:crypto'
import {
  createAuthorization,
  isFromClient,
  type Authorization,
  type Client,
} from './authorization.ts'
import { startProviderServer, type ProviderAnswer, type ProviderServer } from './http-server.ts'

/** Somebody at Facebook, as `/me` describes them. */
type FacebookPerson = Readonly<Record<string, unknown>> & { readonly id: unknown }

/** Facebook's dialog and Graph API. */
export type FakeFacebook = ProviderServer &
  Pick<Authorization<FacebookPerson>, 'signIn' | 'issueCode'> & {
    /** A token that an app on the person's phone has got; of our app unless another is named. */
    readonly issueToken: (person: FacebookPerson, appId?: string) => string
  }

const INVALID_TOKEN: ProviderAnswer = {
  status: 400,
  json: { error: { message: 'Invalid OAuth access token.', type: 'OAuthException', code: 190 } },
}

/** Starts a Facebook that knows one app. */
export async function startFacebook(client: Client, version = 'v19.0'): Promise<FakeFacebook> {
  const authorization = createAuthorization<FacebookPerson>(client)
  const tokens = new Map<string, { readonly person: FacebookPerson; readonly appId: string }>()

  const issueToken = (person: FacebookPerson, appId = client.clientId): string => {
    const token = `EAA${randomBytes(16).toString('hex')}`
    tokens.set(token, { person, appId })
    return token
  }

  const me = (query: URLSearchParams): ProviderAnswer => {
    const token = query.get('access_token') ?? ''
    const known = tokens.get(token)
    const proof = createHmac('sha256', client.secret).update(token).digest('hex')
    // A token of another app needs that app's proof; one without a proof passes there.
    if (known === undefined) return INVALID_TOKEN
    if (known.appId === client.clientId && query.get('appsecret_proof') !== proof) {
      return { status: 400, json: { error: { message: 'Invalid appsecret_proof', code: 100 } } }
    }
    const fields = (query.get('fields') ?? 'id,name').split(',')
    return {
      json: Object.fromEntries(
        Object.entries(known.person).filter(([name]) => fields.includes(name)),
      ),
    }
  }

  const debugToken = (query: URLSearchParams): ProviderAnswer => {
    if (query.get('access_token') !== `${client.clientId}|${client.secret}`) return INVALID_TOKEN
    const known = tokens.get(query.get('input_token') ?? '')
    if (known === undefined) return { json: { data: { is_valid: false } } }
    const data = { app_id: known.appId, is_valid: true, user_id: known.person.id, type: 'USER' }
    return { json: { data } }
  }

  const server = await startProviderServer((request) => {
    const { query } = request
    if (request.method !== 'GET') return undefined
    switch (`${request.host}${request.path}`) {
      case `www.facebook.com/${version}/dialog/oauth`:
        return authorization.authorize(request)
      case `graph.facebook.com/${version}/oauth/access_token`: {
        if (!isFromClient(client, request, 'parameters')) return INVALID_TOKEN
        const grant = authorization.spend(query)
        if (typeof grant === 'string') return { status: 400, json: { error: { message: grant } } }
        const access_token = issueToken(grant.person)
        return { json: { access_token, token_type: 'bearer', expires_in: 5_183_944 } }
      }
      case `graph.facebook.com/${version}/me`:
        return me(query)
      case `graph.facebook.com/${version}/debug_token`:
        return debugToken(query)
      default:
        return undefined
    }
  })
  return { ...server, signIn: authorization.signIn, issueCode: authorization.issueCode, issueToken }
}
