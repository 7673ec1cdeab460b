import { createHmac, randomBytes } from 'node:crypto'
import {
  bearerOf,
  createAuthorization,
  isFromClient,
  type Authorization,
  type Client,
} from './authorization.ts'
import {
  startProviderServer,
  type ProviderAnswer,
  type ProviderRequest,
  type ProviderServer,
} from './http-server.ts'

/** Somebody at X, in the words of both APIs. */
type TwitterPerson = {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly email: string
}

/** An OAuth 1.0a token and its secret. */
type TokenPair = { readonly token: string; readonly secret: string }

/** X with OAuth 1.0a, whose signatures it checks, and OAuth 2.0. */
export type FakeTwitter = ProviderServer &
  Pick<Authorization<TwitterPerson>, 'signIn' | 'issueCode'> & {
    readonly issuePair: (person: TwitterPerson) => TokenPair
  }

const UNAUTHORIZED: ProviderAnswer = {
  status: 401,
  json: { errors: [{ code: 32, message: 'Could not authenticate you.' }] },
}

/** Starts an X that knows one consumer (OAuth 1.0a) and one client (OAuth 2.0). */
export async function startTwitter(
  consumer: { readonly key: string; readonly secret: string },
  client: Client,
  now: () => Date,
): Promise<FakeTwitter> {
  const authorization = createAuthorization<TwitterPerson>(client)
  const pairs = new Map<string, { readonly secret: string; readonly person: TwitterPerson }>()
  const bearers = new Map<string, { readonly person: TwitterPerson; readonly scope: string }>()
  const nonces = new Set<string>()

  const verifyCredentials = (request: ProviderRequest): ProviderAnswer => {
    const oauth = oauthParameters(request)
    const pair = pairs.get(oauth['oauth_token'] ?? '')
    const age = Math.abs(now().getTime() / 1000 - Number(oauth['oauth_timestamp']))
    const nonce = oauth['oauth_nonce'] ?? ''
    if (pair === undefined || oauth['oauth_consumer_key'] !== consumer.key) return UNAUTHORIZED
    if (!(age < 300) || nonce === '' || nonces.has(nonce)) return UNAUTHORIZED
    nonces.add(nonce)
    const key = `${encode(consumer.secret)}&${encode(pair.secret)}`
    const expected = createHmac('sha1', key).update(baseString(request, oauth)).digest('base64')
    if (oauth['oauth_signature'] !== expected) return UNAUTHORIZED
    const { id, username, name, email } = pair.person
    const withEmail = request.query.get('include_email') === 'true' ? `, "email": "${email}"` : ''
    // X sends the id as a number of up to 19 digits, which JSON.stringify could not write.
    const text = `{"id": ${id}, "id_str": "${id}", "screen_name": "${username}", "name": "${name}"${withEmail}}`
    return { text, headers: { 'content-type': 'application/json;charset=utf-8' } }
  }

  const token = (request: ProviderRequest): ProviderAnswer => {
    if (!isFromClient(client, request, 'basic')) {
      return { status: 401, json: { error: 'unauthorized_client' } }
    }
    const grant = authorization.spend(request.form)
    if (typeof grant === 'string') return { status: 400, json: { error: 'invalid_request' } }
    const access_token = randomBytes(16).toString('hex')
    bearers.set(access_token, grant)
    return { json: { token_type: 'bearer', expires_in: 7200, access_token, scope: grant.scope } }
  }

  const me = (request: ProviderRequest): ProviderAnswer => {
    const known = bearers.get(bearerOf(request))
    if (known === undefined) return { status: 401, json: { title: 'Unauthorized', status: 401 } }
    const { id, username, name, email } = known.person
    const sendsEmail =
      known.scope.includes('users.email') &&
      (request.query.get('user.fields') ?? '').includes('confirmed_email')
    return {
      json: { data: { id, username, name, ...(sendsEmail ? { confirmed_email: email } : {}) } },
    }
  }

  const server = await startProviderServer((request) => {
    switch (`${request.method} ${request.host}${request.path}`) {
      case 'GET api.x.com/1.1/account/verify_credentials.json':
        return verifyCredentials(request)
      case 'GET x.com/i/oauth2/authorize':
        return authorization.authorize(request)
      case 'POST api.x.com/2/oauth2/token':
        return token(request)
      case 'GET api.x.com/2/users/me':
        return me(request)
      default:
        return undefined
    }
  })
  return {
    ...server,
    signIn: authorization.signIn,
    issueCode: authorization.issueCode,
    issuePair: (person) => {
      const pair = {
        token: `7588892-${randomBytes(12).toString('hex')}`,
        secret: randomBytes(16).toString('hex'),
      }
      pairs.set(pair.token, { secret: pair.secret, person })
      return pair
    },
  }
}

function oauthParameters(request: ProviderRequest): Readonly<Record<string, string | undefined>> {
  const header = request.headers.get('authorization') ?? ''
  const parts = header.replace(/^OAuth /, '').split(/,\s*/)
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', value = ''] = part.split('=')
      return [decodeURIComponent(name), decodeURIComponent(value.replaceAll('"', ''))]
    }),
  )
}

/** RFC 5849 §3.4.1, written apart from the code under test. */
function baseString(
  request: ProviderRequest,
  oauth: Readonly<Record<string, string | undefined>>,
): string {
  const pairs: string[] = []
  for (const [name, value] of request.query) pairs.push(`${encode(name)}=${encode(value)}`)
  for (const [name, value] of Object.entries(oauth)) {
    if (name !== 'oauth_signature') pairs.push(`${encode(name)}=${encode(value ?? '')}`)
  }
  const url = `https://${request.host}${request.path}`
  return `${request.method}&${encode(url)}&${encode(pairs.toSorted().join('&'))}`
}

function encode(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      if (/[A-Za-z0-9._~-]/.test(character)) return character
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
