import type { Differences, Moment, OurAnswer } from './difference.ts'
import type { ExpectedMail, Scenario, SentRequest } from './corpus.ts'
import type { Json } from './json.ts'
import { socialDifferences } from './social-differences.ts'

const UNKNOWN_VALUE = 'Invalid value'
const INVALID_TOKEN: Json = { detail: 'Token is invalid', code: 'token_not_valid' }
const INVALID_ACCESS_TOKEN: Json = {
  detail: 'Given token not valid for any token type',
  code: 'token_not_valid',
  messages: [{ token_class: 'AccessToken', token_type: 'access', message: 'Token is invalid' }],
}
const NOT_AUTHENTICATED: Json = { detail: 'Authentication credentials were not provided.' }
const REQUIRED: Json = ['This field is required.']

/**
 * Every place where this service answers otherwise than the reference even under
 * `DJANGO_COMPATIBILITY = "exact"`, with what it answers. An entry that nothing in the corpus needs, or
 * where the reference's own answer would pass, fails the run.
 */
export const differences: Differences = {
  listed: [],
  ruled: [
    {
      rule: 'a token with a critical header, or of no sane user, is refused',
      reason:
        'RFC 7515 §4.1.11 forbids honouring a crit header that is not understood; a user_id of true, 1.5, " 1 " or nothing names nobody.',
      apply: refusedToken,
    },
    {
      rule: 'a reset link dies with the account it is for',
      reason: 'A deactivated account must not get a new password by an old link.',
      apply: deactivatedReset,
    },
    {
      rule: 'throttling counts the address that the platform tells',
      reason: 'X-Forwarded-For is whatever the client writes; believing it turns the limit off.',
      apply: forwardedAddress,
    },
    {
      rule: 'URLs without their slash are served as with it',
      reason: 'A 301 makes clients repeat a POST as a GET without its body.',
      apply: withoutSlash,
    },
    {
      rule: 'pages stand where the reference crashes',
      reason:
        'Links in mails lead there: account-confirm-email/KEY/ and account-email-verification-sent/.',
      apply: pageForCrash,
    },
    {
      rule: 'resend-email/ without an address mails nobody',
      reason: 'The reference mails whoever stands first in its table.',
      apply: mailToNobody,
    },
    ...socialDifferences,
  ],
}

/** Where the reference honours a token that it should refuse; what follows rests on that. */
function refusedToken({ scenario, request, expected }: Moment): OurAnswer | undefined {
  if (request === undefined || expected?.status !== 200) return undefined
  const challenge = { 'WWW-Authenticate': 'Bearer realm="api"' }
  const bearer = textOf(request.headers?.['Authorization']).replace(/^\S+\s+/, '')
  if (isInsane(scenario, bearer, 'access')) {
    const headers = { 'Content-Type': 'application/json', ...challenge }
    return { response: { status: 401, headers, json: INVALID_ACCESS_TOKEN }, ends: true }
  }
  const body = recordOf(request.json)
  if (
    request.path.includes('token/refresh') &&
    isInsane(scenario, textOf(body['refresh']), 'refresh')
  ) {
    const headers = { 'Content-Type': 'application/json', ...challenge }
    return { response: { status: 401, headers, json: INVALID_TOKEN }, ends: true }
  }
  return undefined
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

function deactivatedReset({ scenario, step, request, expected }: Moment): OurAnswer | undefined {
  if (request?.path !== '/dj-rest-auth/password/reset/confirm/') return undefined
  if (expected?.status !== 200) return undefined
  const isDeactivated = scenario.steps
    .slice(0, step)
    .flatMap((earlier) => (earlier.kind === 'seed' ? earlier.operations : []))
    .filter((operation) => operation['op'] === 'update_user')
    .some((operation) => recordOf(operation['set'])['is_active'] === false)
  if (!isDeactivated) return undefined
  return {
    response: {
      status: 400,
      headers: { 'Content-Type': 'application/json' },
      json: { uid: [UNKNOWN_VALUE] },
    },
    ends: true,
  }
}

function forwardedAddress({ scenario, step, request, expected }: Moment): OurAnswer | undefined {
  if (request?.headers?.['X-Forwarded-For'] === undefined || expected?.status === 429) {
    return undefined
  }
  const wasThrottled = scenario.steps
    .slice(0, step)
    .some((earlier) => earlier.kind === 'request' && earlier.response.status === 429)
  if (!wasThrottled) return undefined
  return {
    response: {
      status: 429,
      headers: { 'Content-Type': 'application/json', 'Retry-After': { $match: '^\\d+$' } },
      json: {
        detail: { $match: '^Request was throttled\\. Expected available in \\d+ seconds?\\.$' },
      },
    },
  }
}

/** What the URL with the slash answers to a stranger who sends nothing. */
const TO_A_STRANGER: readonly {
  readonly path: RegExp
  readonly method: string
  readonly status: number
  readonly json: Json
}[] = [
  {
    path: /\/registration$/,
    method: 'POST',
    status: 400,
    json: { username: REQUIRED, password1: REQUIRED, password2: REQUIRED },
  },
  { path: /\/socialaccounts$/, method: 'GET', status: 401, json: NOT_AUTHENTICATED },
  { path: /\/socialaccounts$/, method: 'POST', status: 401, json: NOT_AUTHENTICATED },
  {
    path: /\/socialaccounts\/\d+\/disconnect$/,
    method: 'POST',
    status: 401,
    json: NOT_AUTHENTICATED,
  },
  { path: /\/\w+\/connect$/, method: 'POST', status: 401, json: NOT_AUTHENTICATED },
  {
    path: /\/facebook$/,
    method: 'POST',
    status: 400,
    json: { non_field_errors: ['Incorrect input. access_token or code is required.'] },
  },
  {
    path: /\/twitter$/,
    method: 'POST',
    status: 400,
    json: { access_token: REQUIRED, token_secret: REQUIRED },
  },
]

function withoutSlash({ request, expected }: Moment): OurAnswer | undefined {
  if (request === undefined || expected?.status !== 301) return undefined
  if (request.headers?.['Authorization'] !== undefined) return undefined
  const found = TO_A_STRANGER.find(
    ({ path, method }) => path.test(request.path) && method === request.method,
  )
  if (found === undefined) return undefined
  const challenge = found.status === 401 ? { 'WWW-Authenticate': 'Token' } : {}
  return {
    response: {
      status: found.status,
      headers: { 'Content-Type': 'application/json', ...challenge },
      json: found.json,
    },
  }
}

function pageForCrash({ request, expected }: Moment): OurAnswer | undefined {
  const isPage = /\/registration\/account-(?:email-verification-sent|confirm-email\/[^/]+)\/$/
  if (expected?.server_error !== true || request?.method !== 'GET') return undefined
  if (!isPage.test(request.path)) return undefined
  const headers = { 'Content-Type': 'text/html; charset=utf-8' }
  const cookies = { csrftoken: { optional: true } }
  return { response: { status: 200, headers, cookies, any_body: true } }
}

/** Of the mails that the reference sent since the last look, those for a request without address go. */
function mailToNobody({ scenario, step, expectedMail }: Moment): OurAnswer | undefined {
  if (expectedMail === undefined || expectedMail.count === 0) return undefined
  const before = scenario.steps.slice(0, step)
  const lastLook = before.findLastIndex((earlier) => earlier.kind === 'mail')
  const requests = before
    .slice(lastLook + 1)
    .flatMap((earlier) => (earlier.kind === 'request' ? [earlier.request] : []))
  if (requests.length !== 1 || !requests.every(isResendWithoutAddress)) return undefined
  const nothing: ExpectedMail = { count: 0, messages: [] }
  return { mail: nothing }
}

function isResendWithoutAddress(request: SentRequest): boolean {
  if (!/\/registration\/resend-email\/?$/.test(request.path)) return false
  const sent = JSON.stringify([request.json, request.form, request.multipart, request.raw])
  return !sent.includes('email')
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function recordOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>) // a JSON object
    : {}
}
