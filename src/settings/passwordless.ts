import { flag, integer } from './setting.ts'

const timeout = (seconds: number, meaning: string) =>
  integer({ min: 1, max: 86_400 }, seconds, meaning)
const attempts = (meaning: string) => integer({ min: 1, max: 20 }, 3, meaning)

/** allauth's codes by mail, and links and sign-ups of the same kind. */
export const passwordlessSettings = {
  ACCOUNT_LOGIN_BY_CODE_ENABLED: flag(
    false,
    'login/code/: log in by a code that is mailed, without the password.',
  ),
  ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: attempts('Tries that a login code has.'),
  ACCOUNT_LOGIN_BY_CODE_TIMEOUT: timeout(180, 'Seconds for which a login code is good.'),
  ACCOUNT_LOGIN_BY_LINK_ENABLED: flag(
    false,
    'login/link/: log in by a link that is mailed, without the password.',
  ),
  ACCOUNT_LOGIN_BY_LINK_TIMEOUT: timeout(900, 'Seconds for which such a link is good.'),
  ACCOUNT_SIGNUP_BY_CODE_ENABLED: flag(
    false,
    'With ACCOUNT_LOGIN_BY_CODE_ENABLED: who has no account yet makes one by the code, where registration is open.',
  ),
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: flag(
    false,
    'Registrations verify their address by a code that is mailed, instead of a link.',
  ),
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS: attempts('Tries that such a code has.'),
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT: timeout(900, 'Seconds for which it is good.'),
  ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: flag(
    false,
    'Passwords are reset by a code that is mailed, instead of a link.',
  ),
  ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS: attempts('Tries that such a code has.'),
  ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT: timeout(180, 'Seconds for which it is good.'),
} as const
