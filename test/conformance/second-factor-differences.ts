import type { ExpectedResponse } from './corpus.ts'
import type { Difference } from './difference.ts'
import type { Json } from './json.ts'
import {
  acceptsSpentToken,
  acceptsStaleCode,
  activatesAgain,
  atAnyPosition,
  crashesOnHead,
  guessesOn,
  guessesRightly,
  outlivesFactor,
  outlivesPassword,
  outlivesVerification,
  refusesMfaSettings,
  skipsSecondFactor,
  tellsPosition,
} from './mfa-conditions.ts'
import {
  crashesOnSharedEmail,
  hasFloatTimeout,
  logsInMalformed,
  losesChallenge,
  losesLastPasskey,
  mistakesChallenge,
  movesDeactivated,
  neverUsed,
  registersMalformed,
  showsAnyTransports,
  skipsVerification,
  takesLongName,
  withKnownTransports,
  withPlainTimeout,
} from './passkey-conditions.ts'

const TOKEN_REFUSED = refusal({ ephemeral_token: ['Invalid or expired token.'] })
const CODE_REFUSED = refusal({ code: ['Invalid code.'] })

const THROTTLED: ExpectedResponse = {
  status: 429,
  headers: { 'Content-Type': 'application/json', 'Retry-After': { $match: '^\\d+$' } },
  json: {
    detail: { $match: '^Request was throttled\\. Expected available in \\d+ seconds?\\.$' },
  },
}

const FIRST_STEP: ExpectedResponse = {
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  json: { ephemeral_token: { $match: '^\\S+$' }, mfa_required: true },
}

/** What `differences.ts` says of second factors and passkeys. */
export const secondFactorDifferences: readonly Difference[] = [
  {
    rule: 'guesses at a code are counted',
    reason: 'The reference judges any number of them: one in 333 333 is right.',
    instead: [
      { when: guessesRightly, response: THROTTLED, ends: true },
      { when: guessesOn, response: THROTTLED },
    ],
  },
  {
    rule: 'an ephemeral token logs in once, for the account as it was',
    reason:
      'The reference takes it any number of times in its 300 s, after logging out and after a new password, too.',
    instead: [
      { when: acceptsSpentToken, response: TOKEN_REFUSED, ends: true },
      { when: outlivesPassword, response: TOKEN_REFUSED, ends: true },
      { when: outlivesFactor, response: CODE_REFUSED, ends: true },
      {
        when: outlivesVerification,
        response: refusal({ non_field_errors: ['E-mail is not verified.'] }),
        ends: true,
      },
    ],
  },
  {
    rule: 'an activation token switches on once',
    reason: 'Whoever kept it could bring back the secret that its owner threw away.',
    instead: [
      {
        when: activatesAgain,
        response: refusal({ activation_token: ['Invalid or expired activation token.'] }),
        ends: true,
      },
    ],
  },
  {
    rule: 'a one-time code is taken once, and none before it (RFC 6238 §5.2)',
    reason: 'Whoever reads a code while it is typed could log in with it, too.',
    instead: [{ when: acceptsStaleCode, response: CODE_REFUSED, ends: true }],
  },
  {
    rule: 'every way in asks for the second factor',
    reason:
      'In the reference, login without its slash, a social login and a passkey without user verification go around it.',
    instead: [
      { when: skipsSecondFactor(/\/login$/), response: FIRST_STEP, ends: true },
      {
        when: skipsSecondFactor(/\/(?:facebook|twitter)\/?$/),
        response: { ...FIRST_STEP, any_cookies: true },
        ends: true,
      },
      { when: skipsVerification, response: FIRST_STEP, ends: true },
    ],
  },
  {
    rule: 'settings that lock everybody out are refused',
    reason:
      'A code of ten digits never fits a signed 32-bit number; a token of no time never works.',
    instead: [],
    refuses: refusesMfaSettings,
  },
  {
    rule: 'our ephemeral tokens are longer',
    reason: 'They are sealed. A parse error behind one tells another position.',
    instead: [{ when: tellsPosition, response: atAnyPosition }],
  },
  {
    rule: 'ceremonies are checked as WebAuthn Level 3 §7 says',
    reason:
      'The reference takes padded challenges, ids of any length, keys of another algorithm, embedding sites, handles of others, and passkeys that the login did not ask for.',
    instead: [
      {
        when: registersMalformed,
        response: refusal({ non_field_errors: ['Registration verification failed.'] }),
        ends: true,
      },
      {
        when: logsInMalformed,
        response: refusal({ non_field_errors: ['Authentication verification failed.'] }),
        ends: true,
      },
    ],
  },
  {
    rule: 'every challenge stands alone until it succeeds or expires',
    reason: 'In the reference a second tab, or a failure, ends the first.',
    instead: [
      {
        when: losesChallenge('login'),
        response: { status: 200, any_body: true, any_cookies: true },
        ends: true,
      },
      {
        when: losesChallenge('register'),
        response: { status: 201, any_body: true },
        ends: true,
      },
      {
        when: mistakesChallenge,
        response: refusal({
          non_field_errors: ['Registration challenge has expired. Please start over.'],
        }),
      },
    ],
  },
  {
    rule: 'transports are a list of the known words',
    reason: 'The reference stores and shows any JSON, of any size.',
    instead: [{ when: showsAnyTransports, response: withKnownTransports }],
  },
  {
    rule: 'a refused login changes nothing',
    reason: "The reference moves a deactivated user's counter and date.",
    instead: [{ when: movesDeactivated, response: neverUsed, ends: true }],
  },
  {
    rule: 'the last passkey of an account without another way in stays',
    reason: 'As for social accounts; allauth has the sentence.',
    instead: [
      {
        when: losesLastPasskey,
        response: refusal({ non_field_errors: ['Your account has no password set up.'] }),
        ends: true,
      },
    ],
  },
  {
    rule: 'milliseconds are whole numbers',
    reason: 'WebAuthn §5.5: an unsigned long.',
    instead: [{ when: hasFloatTimeout, response: withPlainTimeout }],
  },
  {
    rule: 'second factors answer where the reference crashes',
    reason: 'An address of two users, a HEAD on the activation, a name that fits no column.',
    instead: [
      { when: crashesOnSharedEmail, response: { status: 200, any_body: true }, ends: true },
      { when: crashesOnHead, response: { status: 200, any_body: true }, ends: true },
      {
        when: takesLongName,
        response: refusal({ name: ['Ensure this field has no more than 255 characters.'] }),
        ends: true,
      },
    ],
  },
]

function refusal(json: Json): ExpectedResponse {
  return { status: 400, headers: { 'Content-Type': 'application/json' }, json }
}
