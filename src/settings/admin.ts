/** Settings of the operator's API and page. */
import { ADMIN_SCOPES } from './admin-scopes.ts'
import { meaning } from './meaning.ts'
import { flag, seconds, stringList, string, wordList } from './setting.ts'

/** The operator's API and page. */
export const adminSettings = {
  ADMIN_API: flag(
    false,
    meaning('admin/api/ exists: find, show and change accounts, for staff and machines.'),
  ),
  ADMIN_PAGE: flag(false, meaning('admin/ exists: the page over admin/api/, which must be on.')),
  // An unknown one is a fault, because it would silently allow nothing.
  ADMIN_STAFF_SCOPES: wordList(
    ADMIN_SCOPES,
    ['users:read', 'mails:read', 'audit:read', 'counters:read'],
    meaning(`What staff may do who are no superusers: ${ADMIN_SCOPES.join(', ')}.`),
  ),
  ADMIN_REAUTHENTICATION_TIMEOUT: seconds(
    { min: 60, max: 86_400 },
    1_800,
    meaning('Seconds for which a login, or reauthenticate/, lets staff use admin/api/.'),
  ),
  ADMIN_NEEDS_SECOND_FACTOR: flag(
    true,
    meaning(
      'With MFA_ENABLED or PASSKEYS_ENABLED: staff without a second factor may not use admin/api/.',
    ),
  ),
  ADMIN_CORS_ALLOWED_ORIGINS: stringList(
    [],
    meaning(
      'Origins of other pages that may call admin/api/, with headers and never with cookies; CORS_* do not count there.',
    ),
  ),
  ADMIN_RATE: string(
    '240/m',
    meaning('How often staff, or a machine by its key, may call admin/api/.'),
  ),
  ADMIN_IMPERSONATION_SECONDS: seconds(
    { min: 60, max: 3_600 },
    900,
    meaning('Life of a token by which staff acts as somebody else.'),
  ),
} as const
