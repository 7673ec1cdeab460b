import { integer, oneOf, trimmedString } from './setting.ts'

/** What becomes of accounts beyond dj-rest-auth: passwords that leaked, addresses, devices, leaving, invitations. */
export const accountLifecycleSettings = {
  PASSWORD_BREACH_CHECK: oneOf(
    ['off', 'open', 'closed'],
    'off',
    'New passwords must be in no known breach. While the service is away: open takes them, closed answers 503.',
  ),
  PASSWORD_BREACH_URL: trimmedString(
    'https://api.pwnedpasswords.com/range/',
    'Range API of breached passwords; five digits of the SHA-1 are added, no more leaves the service.',
  ),
  PASSWORD_BREACH_TIMEOUT_MS: integer(
    { min: 100, max: 10_000 },
    1_000,
    'Milliseconds that the range API may take.',
  ),
} as const
