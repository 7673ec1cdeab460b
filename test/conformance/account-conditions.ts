/** Where the list in `differences.ts` applies, among requests about an account itself. */
import type { Scenario, SentRequest } from './corpus.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { bearerOf, fieldOf, requestsBefore, seedsBefore, textOf, type Moment } from './moment.ts'

/** The reference honours an access token that it should refuse. */
export function honoursInsaneAccessToken(moment: Moment): boolean {
  if (moment.expected?.status !== 200) return false
  return isInsane(moment.scenario, bearerOf(moment), 'access')
}

/** The reference renews by a refresh token that it should refuse. */
export function renewsByInsaneRefreshToken({ scenario, request, expected }: Moment): boolean {
  if (expected?.status !== 200 || request?.path.includes('token/refresh') !== true) return false
  return isInsane(scenario, textOf(recordOf(request.json)['refresh']), 'refresh')
}

function isInsane(scenario: Scenario, token: string, type: 'access' | 'refresh'): boolean {
  const [header, claims] = token.split('.').slice(0, 2).map(decodePart)
  if (header === undefined || claims === undefined) return false
  if ('crit' in header || 'b64' in header) return true
  if (claims['token_type'] !== type) return false
  const settings = recordOf(scenario.settings['SIMPLE_JWT'])
  if ((settings['USER_ID_FIELD'] ?? 'id') !== 'id') return false
  const user = claims[textOf(settings['USER_ID_CLAIM']) || 'user_id']
  // An access token without a user is refused by the reference, too.
  if (user === undefined) return type === 'refresh'
  if (typeof user === 'number') return !Number.isInteger(user)
  return typeof user !== 'string' || !/^-?\d+$/.test(user)
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>) // JSON objects have string keys
      : undefined
  } catch {
    return undefined
  }
}

/** A reset link works though its account was deactivated. */
export function resetsDeactivated(moment: Moment): boolean {
  const { request, expected } = moment
  if (request?.path !== '/dj-rest-auth/password/reset/confirm/') return false
  if (expected?.status !== 200) return false
  return seedsBefore(moment)
    .filter((operation) => operation['op'] === 'update_user')
    .some((operation) => recordOf(operation['set'])['is_active'] === false)
}

/** A login by an address that several accounts claim, and none has verified, tries their passwords in turn. */
export function triesSeveralAccounts(moment: Moment): boolean {
  const { request, expected } = moment
  if (request?.path !== '/dj-rest-auth/login/' || (expected?.status ?? 0) >= 300) return false
  const email = fieldOf(request, 'email')
  const typed = (email || fieldOf(request, 'username')).toLowerCase()
  const made = seedsBefore(moment).filter((operation) => operation['op'] === 'create_user')
  const claims = made.filter((operation) => textOf(operation['email']).toLowerCase() === typed)
  const isVerified = claims.some((operation) => operation['email_verified'] === true)
  const isName = made.some((operation) => textOf(operation['username']).toLowerCase() === typed)
  return claims.length > 1 && !isVerified && (email !== '' || !isName)
}

/** Somebody takes a username that is another account's address. */
export function takesForeignAddress(moment: Moment): boolean {
  return (moment.expected?.status ?? 0) < 300 && namesForeignAddress(moment)
}

/** The same of somebody who is refused for other reasons, of which the name is none. */
export function triesForeignAddress(moment: Moment): boolean {
  const { expected } = moment
  if (expected?.status !== 400 || !isJsonObject(expected.json)) return false
  return !('username' in expected.json) && namesForeignAddress(moment)
}

function namesForeignAddress(moment: Moment): boolean {
  const { request } = moment
  if (request === undefined) return false
  if (!/\/(?:registration|user)\/?$/.test(request.path)) return false
  const name = fieldOf(request, 'username').trim().toLowerCase()
  if (!name.includes('@') || fieldOf(request, 'email').toLowerCase() === name) return false
  const made = seedsBefore(moment).filter((operation) => operation['op'] === 'create_user')
  return made.some((operation) => textOf(operation['email']).toLowerCase() === name)
}

/** Somebody who was throttled gets in by writing another address into X-Forwarded-For. */
export function escapesThrottle(moment: Moment): boolean {
  if (moment.request?.headers?.['X-Forwarded-For'] === undefined) return false
  if (moment.expected?.status === 429) return false
  return requestsBefore(moment).some(({ status }) => status === 429)
}

/** A stranger is sent from the URL without its slash to the one with it. */
export function isRedirected(method: string, path: RegExp): (moment: Moment) => boolean {
  return ({ request, expected }) => {
    if (request === undefined || expected?.status !== 301) return false
    if (request.headers?.['Authorization'] !== undefined) return false
    return path.test(request.path) && method === request.method
  }
}

/** Anybody is sent from a URL without its slash to the same one with it. */
export function isSentToTheSlash({ request, expected }: Moment): boolean {
  if (request === undefined || expected?.status !== 301) return false
  const [path = ''] = request.path.split('?')
  const [location] = textOf(expected.headers?.['Location']).split('?')
  return !path.endsWith('/') && location === `${path}/`
}

/** The same of a page that mails lead to: it is no endpoint. */
export function isPageSentToTheSlash(method: string): (moment: Moment) => boolean {
  return (moment) =>
    moment.request?.method === method &&
    isSentToTheSlash(moment) &&
    /\/registration\/account-confirm-email\/[^/]+$/.test(moment.request.path)
}

/** The reference reads an encoded slash as one, and serves what is there. */
export function hasEncodedSlash({ request, expected }: Moment): boolean {
  const [path = ''] = request?.path.split('?') ?? []
  return /%2f/i.test(path) && expected?.status !== 404
}

/** The reference has no template for the pages that its own mails lead to, and leaves those of resets to the project. */
export function lacksPage({ request, expected }: Moment): boolean {
  if (request?.method !== 'GET') return false
  if (expected?.status === 404) {
    return /\/password\/reset\/confirm\/[^/]+\/[^/]+\/$/.test(request.path)
  }
  const isPage = /\/registration\/account-(?:email-verification-sent\/?|confirm-email\/[^/]+\/)$/
  return expected?.server_error === true && isPage.test(request.path)
}

/** The mails since the last look are those for a request without an address. */
export function mailsForNoAddress({ scenario, step, expectedMail }: Moment): boolean {
  if (expectedMail === undefined || expectedMail.count === 0) return false
  const before = scenario.steps.slice(0, step)
  const lastLook = before.findLastIndex((earlier) => earlier.kind === 'mail')
  const requests = before
    .slice(lastLook + 1)
    .flatMap((earlier) => (earlier.kind === 'request' ? [earlier.request] : []))
  return requests.length === 1 && requests.every(isResendWithoutAddress)
}

function isResendWithoutAddress(request: SentRequest): boolean {
  if (!/\/registration\/resend-email\/?$/.test(request.path)) return false
  const sent = JSON.stringify([request.json, request.form, request.multipart, request.raw])
  return !sent.includes('email')
}

/** Somebody gives an address at a domain that no mail server has, which the reference takes for one. */
export function namesNoHost({ request, expected }: Moment): boolean {
  if (request?.method !== 'POST' || !isNoHost(fieldOf(request, 'email'))) return false
  if (!/\/(?:login|registration|password\/reset|resend-email)\/$/.test(request.path)) return false
  const { status, json } = expected ?? {}
  return status === undefined || status < 300 || (status === 400 && !('email' in recordOf(json)))
}

/** UTS 46 takes none of these: joiners by themselves, and what turns the direction of writing. */
export function isNoHost(email: string): boolean {
  return /[\u200c-\u200f\u202a-\u202e\u2066-\u2069]/.test(email.slice(email.lastIndexOf('@') + 1))
}

function recordOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
