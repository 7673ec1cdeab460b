/** Settings of mailed codes and links (allauth's `ACCOUNT_LOGIN_BY_CODE_*` and ours). */
import { MAILED_STEP_METHODS, type MailedStepMethods } from './mailed-step-methods.ts'
import { meaning, type Meaning } from './meaning.ts'
import { flag, integer, structured } from './setting.ts'
import { parseBoolean } from './raw-value.ts'

const timeout = (seconds: number, text: Meaning) => integer({ min: 1, max: 86_400 }, seconds, text)
const attempts = (text: Meaning) => integer({ min: 1, max: 20 }, 3, text)

/** allauth's codes by mail, and links and sign-ups of the same kind. */
export const passwordlessSettings = {
  ACCOUNT_LOGIN_BY_CODE_ENABLED: flag(
    false,
    meaning('login/code/: log in by a code that is mailed, without the password.'),
  ),
  ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS: attempts(meaning('Tries that a login code has.')),
  ACCOUNT_LOGIN_BY_CODE_TIMEOUT: timeout(180, meaning('Seconds for which a login code is good.')),
  ACCOUNT_LOGIN_BY_CODE_REQUIRED: structured(
    parseMethods,
    false,
    meaning(
      'Logins need a mailed code besides: true, or a list of password, socialaccount, mfa (passkeys).',
    ),
  ),
  ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED: flag(
    false,
    meaning(
      'A device on which such a code was shown may be spared it (MFA_TRUST_COOKIE_*): see login/code/confirm/, trust.',
    ),
  ),
  ACCOUNT_LOGIN_BY_LINK_ENABLED: flag(
    false,
    meaning('login/link/: log in by a link that is mailed, without the password.'),
  ),
  ACCOUNT_LOGIN_BY_LINK_TIMEOUT: timeout(900, meaning('Seconds for which such a link is good.')),
  ACCOUNT_SIGNUP_BY_CODE_ENABLED: flag(
    false,
    meaning(
      'With ACCOUNT_LOGIN_BY_CODE_ENABLED: who has no account yet makes one by the code, where registration is open.',
    ),
  ),
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED: flag(
    false,
    meaning('Registrations verify their address by a code that is mailed, instead of a link.'),
  ),
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS: attempts(meaning('Tries that such a code has.')),
  ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT: timeout(
    900,
    meaning('Seconds for which it is good.'),
  ),
  ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED: flag(
    false,
    meaning('Passwords are reset by a code that is mailed, instead of a link.'),
  ),
  ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS: attempts(meaning('Tries that such a code has.')),
  ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT: timeout(180, meaning('Seconds for which it is good.')),
} as const

/** `true`, `false`, or names of methods: JSON, or separated by commas. None of them is `false`. */
function parseMethods(value: unknown): MailedStepMethods {
  if (!Array.isArray(value) && !isListed(value)) return parseBoolean(value)
  const words = Array.isArray(value) ? value.map(String) : value.split(',')
  const names = words.map((word) => word.trim()).filter((word) => word !== '')
  const methods = MAILED_STEP_METHODS.filter((method) => names.includes(method))
  if (!names.every((name) => MAILED_STEP_METHODS.some((method) => method === name))) {
    throw new Error(`must be true, false, or a list of ${MAILED_STEP_METHODS.join(', ')}`)
  }
  return methods.length > 0 && methods
}

function isListed(value: unknown): value is string {
  return typeof value === 'string' && MAILED_STEP_METHODS.some((method) => value.includes(method))
}
