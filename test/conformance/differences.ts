import {
  escapesThrottle,
  hasEncodedSlash,
  honoursInsaneAccessToken,
  isPageSentToTheSlash,
  isRedirected,
  isSentToTheSlash,
  lacksPage,
  mailsForNoAddress,
  namesNoHost,
  renewsByInsaneRefreshToken,
  resetsDeactivated,
  takesForeignAddress,
  triesForeignAddress,
  triesSeveralAccounts,
} from './account-conditions.ts'
import type { ExpectedResponse } from './corpus.ts'
import type { Difference } from './difference.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { secondFactorDifferences } from './second-factor-differences.ts'
import {
  connectsOfAnother,
  logsInDeactivated,
  losesLastWayIn,
  mailsNoHost,
  mailsOfProved,
  showsNoHost,
  showsNul,
  signsUpClosed,
  signsUpTaken,
  signsUpWithoutEmail,
  takesAnyToken,
  withoutNul,
} from './social-conditions.ts'

const REQUIRED: Json = ['This field is required.']
const NOT_AUTHENTICATED: Json = { detail: 'Authentication credentials were not provided.' }
const NAME_TAKEN: JsonObject = { username: ['A user with that username already exists.'] }
const TOKEN: JsonObject = { 'WWW-Authenticate': 'Token' }
const BEARER: JsonObject = { 'WWW-Authenticate': 'Bearer realm="api"' }

/** Twitter's view opens a session before anything else, and so does a sign-up. */
const SESSION: JsonObject = {
  sessionid: {
    value: { $match: '^[0-9A-Za-z]{16,}$' },
    path: '/',
    domain: null,
    httponly: true,
    secure: false,
    samesite: 'Lax',
    max_age: 1_209_600,
    expires_in: 1_209_600,
  },
}

/** A page with a form may set it. */
const CSRF: JsonObject = { csrftoken: { optional: true } }

const NOT_OUR_APP = 'No access to private resources at "api.x.com".'
const CANNOT_LOG_IN = 'Unable to log in with provided credentials.'
const OF_ANOTHER = 'The third-party account is already connected to a different account.'

/**
 * Every place where this service answers otherwise than the reference even under
 * `DJANGO_COMPATIBILITY = "exact"`, why, and with what. An entry that nothing in the corpus needs, or
 * where the reference's own answer would pass, fails the run.
 */
export const differences: readonly Difference[] = [
  {
    rule: 'a token with a critical header, or of no sane user, is refused',
    reason:
      'RFC 7515 §4.1.11 forbids honouring a crit header that is not understood; a user_id of true, 1.5, " 1 " or nothing names nobody.',
    instead: [
      {
        when: honoursInsaneAccessToken,
        response: answer(401, {
          headers: BEARER,
          json: {
            detail: 'Given token not valid for any token type',
            code: 'token_not_valid',
            messages: [
              { token_class: 'AccessToken', token_type: 'access', message: 'Token is invalid' },
            ],
          },
        }),
        ends: true,
      },
      {
        when: renewsByInsaneRefreshToken,
        response: answer(401, {
          headers: BEARER,
          json: { detail: 'Token is invalid', code: 'token_not_valid' },
        }),
        ends: true,
      },
    ],
  },
  {
    rule: 'a reset link dies with the account it is for',
    reason: 'A deactivated account must not get a new password by an old link.',
    instead: [
      {
        when: resetsDeactivated,
        response: answer(400, { json: { uid: ['Invalid value'] } }),
        ends: true,
      },
    ],
  },
  {
    rule: 'a login names one account',
    reason:
      'Of several accounts that claim an address and have not verified it none is meant: the reference tries the password on each, which multiplies guesses and lets one lock out the other.',
    instead: [{ when: triesSeveralAccounts, response: refusal(CANNOT_LOG_IN), ends: true }],
  },
  {
    rule: 'nobody takes a username that is somebody else’s address',
    reason:
      'Who types their address as a username would mean the other account: the owner is locked out, and guesses count for the wrong one.',
    instead: [
      {
        when: takesForeignAddress,
        response: answer(400, { json: NAME_TAKEN }),
        ends: true,
      },
      { when: triesForeignAddress, response: alsoTaken },
    ],
  },
  {
    rule: 'throttling counts the address that the platform tells',
    reason: 'X-Forwarded-For is whatever the client writes; believing it turns the limit off.',
    instead: [
      {
        when: escapesThrottle,
        response: answer(429, {
          headers: { 'Retry-After': { $match: '^\\d+$' } },
          json: {
            detail: { $match: '^Request was throttled\\. Expected available in \\d+ seconds?\\.$' },
          },
        }),
      },
    ],
  },
  {
    rule: 'a URL is served with and without its slash, and in no other spelling',
    reason:
      'A 301 makes clients repeat a POST as a GET without its body; an encoded slash (login%2F) would go round what a firewall or proxy says of the path (RFC 3986 §2.2).',
    // What the URL with the slash answers to a stranger who sends nothing.
    instead: [
      {
        when: isRedirected('POST', /\/registration$/),
        response: answer(400, {
          json: { username: REQUIRED, password1: REQUIRED, password2: REQUIRED },
        }),
      },
      {
        when: isRedirected('GET', /\/socialaccounts$/),
        response: answer(401, { headers: TOKEN, json: NOT_AUTHENTICATED }),
      },
      {
        when: isRedirected('POST', /\/socialaccounts(?:\/\d+\/disconnect)?$/),
        response: answer(401, { headers: TOKEN, json: NOT_AUTHENTICATED }),
      },
      {
        when: isRedirected('POST', /\/\w+\/connect$/),
        response: answer(401, { headers: TOKEN, json: NOT_AUTHENTICATED }),
      },
      {
        when: isRedirected('POST', /\/facebook$/),
        response: answer(400, {
          json: { non_field_errors: ['Incorrect input. access_token or code is required.'] },
        }),
      },
      {
        when: isRedirected('POST', /\/twitter$/),
        response: answer(400, { json: { access_token: REQUIRED, token_secret: REQUIRED } }),
      },
      { when: isPageSentToTheSlash('GET'), response: { ...page(200), cookies: CSRF } },
      { when: isPageSentToTheSlash('POST'), response: page(403) },
      { when: isPageSentToTheSlash('OPTIONS'), response: page(404) },
      // Every other one, whoever asks and however.
      { when: isSentToTheSlash, response: { status: 200, served: true } },
      {
        when: hasEncodedSlash,
        response: page(404),
        ends: true,
      },
    ],
  },
  {
    rule: 'pages stand where the reference crashes, or has none',
    reason:
      'Links in mails lead there: account-confirm-email/KEY/, account-email-verification-sent/ and password/reset/confirm/UID/TOKEN/.',
    instead: [{ when: lacksPage, response: { ...page(200), cookies: CSRF } }],
  },
  {
    rule: 'resend-email/ without an address mails nobody',
    reason: 'The reference mails whoever stands first in its table.',
    instead: [{ when: mailsForNoAddress, mail: { count: 0, messages: [] } }],
  },
  {
    rule: 'a social account logs in its own active user, for our app only',
    reason:
      'The reference takes tokens of any app and profiles without an id, gives tokens to deactivated users, and logs in as the other user when their social account is connected.',
    instead: [
      { when: takesAnyToken('facebook'), response: refusal('Incorrect value'), ends: true },
      { when: takesAnyToken('twitter'), response: refusal(NOT_OUR_APP, SESSION), ends: true },
      { when: logsInDeactivated('facebook'), response: refusal(CANNOT_LOG_IN), ends: true },
      { when: logsInDeactivated('twitter'), response: refusal(CANNOT_LOG_IN, SESSION), ends: true },
      { when: connectsOfAnother('facebook'), response: refusal(OF_ANOTHER), ends: true },
      { when: connectsOfAnother('twitter'), response: refusal(OF_ANOTHER, SESSION), ends: true },
    ],
  },
  {
    rule: 'a social sign-up that is not allowed makes no account',
    reason:
      'The reference saves it with an empty username, which the next one then collides with; the answer says why there is none.',
    instead: [
      { when: signsUpClosed, response: refusal('Sign-up is closed.', SESSION), ends: true },
      {
        when: signsUpWithoutEmail,
        response: refusal('The provider gave no e-mail address, and one is needed.', SESSION),
        ends: true,
      },
      {
        when: signsUpTaken,
        response: refusal('User is already registered with this e-mail address.', SESSION),
        ends: true,
      },
    ],
  },
  {
    rule: 'the last way into an account cannot be thrown away',
    reason:
      'Without password and social account nobody gets in; allauth refuses it in this sentence.',
    instead: [
      {
        when: losesLastWayIn,
        response: refusal('Your account has no password set up.'),
        ends: true,
      },
    ],
  },
  {
    rule: 'NUL is no character of a name',
    reason:
      'The reference keeps it where a provider says it, though nobody may type it; PostgreSQL cannot store it, and whatever is written in C ends the name there.',
    isUnrecorded: true,
    instead: [
      {
        when: showsNul,
        response: (expected) => ({ ...expected, json: withoutNul(expected.json ?? null) }),
      },
    ],
  },
  {
    rule: 'a social login asks nobody to verify an address that is proved',
    reason:
      'Its owner would be asked to share it with an account of somebody else; and an address by which a provider that vouches for it leads to an account is verified by that.',
    isUnrecorded: true,
    instead: [{ when: mailsOfProved, mail: { count: 0, messages: [] } }],
  },
  {
    rule: 'an address at a domain that is no host is none',
    reason:
      'No mail server can be asked for it (UTS 46), and with a mark for the direction of writing, or a joiner, it looks like another one. The reference keeps it, and crashes when it mails to some.',
    isUnrecorded: true,
    instead: [
      { when: namesNoHost, response: withBadEmail, ends: true },
      {
        when: showsNoHost,
        response: (expected) => ({ ...expected, json: { ...membersOf(expected), email: '' } }),
      },
      { when: mailsNoHost, mail: { count: 0, messages: [] } },
    ],
  },
  ...secondFactorDifferences,
]

function answer(
  status: number,
  { headers, json }: { readonly headers?: JsonObject; readonly json: Json },
): ExpectedResponse {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, json }
}

/** A page, whatever is on it. */
function page(status: number): ExpectedResponse {
  const headers = { 'Content-Type': 'text/html; charset=utf-8' }
  return { status, headers, cookies: {}, any_body: true }
}

/** The address is refused beside what else is. */
function withBadEmail(expected: ExpectedResponse): ExpectedResponse {
  const { non_field_errors: _, ...fields } = expected.status === 400 ? membersOf(expected) : {}
  return answer(400, { json: { ...fields, email: ['Enter a valid email address.'] } })
}

function membersOf({ json }: ExpectedResponse): JsonObject {
  return isJsonObject(json) ? json : {}
}

/** The name is refused beside what else is; what is said of the whole input is said when its fields are right. */
function alsoTaken(expected: ExpectedResponse): ExpectedResponse {
  const { non_field_errors: _, ...fields } = membersOf(expected)
  return { ...expected, json: { ...fields, ...NAME_TAKEN } }
}

/** These say which cookies there are, too: none, unless named. */
function refusal(message: string, cookies: JsonObject = {}): ExpectedResponse {
  return { ...answer(400, { json: { non_field_errors: [message] } }), cookies }
}
