/** Settings of sign-up by invitation, deletion and export. */
import { meaning } from './meaning.ts'
import { days, flag, integer, oneOf, seconds, trimmedString } from './setting.ts'

/** Features of accounts beyond dj-rest-auth: passwords that leaked, addresses, devices, leaving, invitations. */
export const accountLifecycleSettings = {
  PASSWORD_BREACH_CHECK: oneOf(
    ['off', 'open', 'closed'],
    'off',
    meaning(
      'New passwords must be in no known breach. While the service is away: open takes them, closed answers 503.',
    ),
  ),
  PASSWORD_BREACH_URL: trimmedString(
    'https://api.pwnedpasswords.com/range/',
    meaning(
      'Range API of breached passwords; five digits of the SHA-1 are added, no more leaves the service.',
    ),
  ),
  PASSWORD_BREACH_TIMEOUT_MS: integer(
    { min: 100, max: 10_000 },
    1_000,
    meaning('Milliseconds that the range API may take.'),
  ),
  EMAIL_MANAGEMENT: flag(
    false,
    meaning(
      'emails/: list, add, prove, change and remove the own addresses (with ACCOUNT_CHANGE_EMAIL, ACCOUNT_MAX_EMAIL_ADDRESSES).',
    ),
  ),
  EMAIL_CHANGE_UNDO_DAYS: days(
    { min: 1 },
    7,
    meaning('Days for which the former primary address can undo a change by a mailed link.'),
  ),
  TOKEN_PER_DEVICE: flag(
    false,
    meaning(
      'Every login gets an auth token of its own, which its logout ends; tokens from before go on.',
    ),
  ),
  SESSION_DEVICES: flag(
    false,
    meaning(
      'With SESSION_MANAGEMENT: sessions/ lists auth tokens, Django sessions and JWT logins alike, with device, place and last use.',
    ),
  ),
  LOGIN_LIFETIME_SECONDS: seconds(
    { min: 0 },
    0,
    meaning(
      'A login ends after so long, used or not: refresh tokens, sessions, tokens of TOKEN_PER_DEVICE. 0: as other settings say.',
    ),
  ),
  LOGIN_IDLE_SECONDS: seconds(
    { min: 0 },
    0,
    meaning(
      'A login that nobody uses for so long ends, up to a quarter earlier; at least 60. 0: never.',
    ),
  ),
  REMEMBER_ME: flag(
    false,
    meaning(
      'A login that does not say remember ends with the browser (session cookies), and after UNREMEMBERED_LOGIN_SECONDS.',
    ),
  ),
  UNREMEMBERED_LOGIN_SECONDS: seconds(
    { min: 60 },
    43_200,
    meaning('With REMEMBER_ME: so long a login lives that is not remembered.'),
  ),
  ACCOUNT_DELETION: oneOf(
    ['off', 'soft', 'hard'],
    'off',
    meaning('user/delete/: soft keeps an anonymous row under the same id, hard keeps none.'),
  ),
  ACCOUNT_DELETION_GRACE_DAYS: days(
    { min: 0 },
    14,
    meaning(
      'Days for which an account is only locked, and a mailed link undoes its deletion; 0: it is deleted at once.',
    ),
  ),
  DATA_EXPORT: flag(
    false,
    meaning('user/export/: everything that is held about the caller, as JSON.'),
  ),
  REGISTRATION: oneOf(
    ['open', 'invited', 'closed'],
    'open',
    meaning(
      'Who may make an account: everybody, who was invited (manage invite), nobody. By provider and by mailed code, too.',
    ),
  ),
  INVITATION_DAYS: days({ min: 1 }, 7, meaning('Days for which an invitation is good.')),
  SOCIAL_SIGNUP: flag(
    false,
    meaning(
      'Where a provider gives no address and one is required, the answer holds a token, and social/signup/ takes the address.',
    ),
  ),
} as const
