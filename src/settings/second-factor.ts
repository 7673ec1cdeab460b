/** Settings of second factors and passkeys, dj-rest-auth's and ours. */
import { meaning, type Meaning } from './meaning.ts'
import {
  flag,
  integer,
  oneOf,
  optionalFlag,
  optionalString,
  string,
  stringList,
  structured,
  type Setting,
} from './setting.ts'

/**
 * dj-rest-auth 7.2's `MFA_*` and `PASSKEY_*`, and what allauth says of the same (`MFA_TOTP_TOLERANCE`,
 * `MFA_RECOVERY_CODES_SHOW_ONCE`, `MFA_ALLOW_UNVERIFIED_EMAIL`, `ACCOUNT_REAUTHENTICATION_*`).
 */
export const secondFactorSettings = {
  MFA_ENABLED: flag(
    false,
    meaning(
      "mfa/: one-time codes as a second factor (dj_rest_auth.mfa in Django's INSTALLED_APPS).",
    ),
  ),
  MFA_EPHEMERAL_TOKEN_TIMEOUT: fractionalSeconds(
    { min: 1 },
    300,
    meaning('Seconds for the second step of a login, and for confirming a new authenticator app.'),
  ),
  MFA_TOTP_DIGITS: integer({ min: 6, max: 8 }, 6, meaning('Digits of a one-time code.')),
  MFA_TOTP_PERIOD: integer({ min: 1 }, 30, meaning('Seconds for which a one-time code is shown.')),
  MFA_TOTP_ISSUER: optionalString(
    undefined,
    meaning('Name in front of the account in authenticator apps.'),
  ),
  MFA_TOTP_TOLERANCE: integer(
    { min: 0, max: 5 },
    1,
    meaning('So many periods late a one-time code is accepted; 0 satisfies ASVS 6.5.5.'),
  ),
  MFA_TOTP_ACCEPTS_EARLY_CODES: flag(
    { safe: false, exact: true },
    meaning('… and as many periods early.'),
  ),
  MFA_RECOVERY_CODE_COUNT: integer({ min: 0, max: 100 }, 10, meaning('Recovery codes of a set.')),
  MFA_RECOVERY_CODES_SHOW_ONCE: flag(
    { safe: true, exact: false },
    meaning(
      'Recovery codes are shown when they are made and never again; nothing that could show them is kept.',
    ),
  ),
  MFA_LENIENT_CODES: flag(
    { safe: true, exact: false },
    meaning('Codes may be typed with blanks, recovery codes without their hyphen.'),
  ),
  MFA_ALLOW_UNVERIFIED_EMAIL: flag(
    { safe: false, exact: true },
    meaning('Accounts whose address nobody has verified may set up a second factor.'),
  ),
  MFA_REAUTHENTICATION_REQUIRED: flag(
    { safe: true, exact: false },
    meaning(
      'With MFA_ENABLED or PASSKEYS_ENABLED: adding, showing and removing factors needs a recent proof of the password or a factor.',
    ),
  ),
  ACCOUNT_REAUTHENTICATION_REQUIRED: flag(
    false,
    meaning('Changing the password or what the account is connected to needs a recent proof, too.'),
  ),
  ACCOUNT_REAUTHENTICATION_TIMEOUT: integer(
    { min: 1 },
    300,
    meaning('Seconds for which a login, or reauthenticate/, counts as a recent proof.'),
  ),
  JWT_AUTH_METHOD_CLAIMS: flag(
    false,
    meaning(
      'JWTs say how and when their owner logged in: amr (RFC 8176), acr (aal1, aal2), auth_time.',
    ),
  ),
  MFA_TRUST_ENABLED: flag(
    false,
    meaning(
      'A device on which the second factor was shown may be spared it: see mfa/verify/, trust.',
    ),
  ),
  MFA_TRUST_COOKIE_AGE: integer({ min: 1 }, 1_209_600, meaning('Seconds for which it is.')),
  MFA_TRUST_COOKIE_NAME: string('mfa_trusted', meaning('Cookie by which it is known.')),
  MFA_TRUST_COOKIE_DOMAIN: optionalString(undefined, meaning('Default: SESSION_COOKIE_DOMAIN.')),
  MFA_TRUST_COOKIE_PATH: optionalString(undefined, meaning('Default: SESSION_COOKIE_PATH.')),
  MFA_TRUST_COOKIE_SAMESITE: oneOf(
    ['Lax', 'Strict', 'None', ''],
    '',
    meaning('Default: SESSION_COOKIE_SAMESITE.'),
  ),
  MFA_TRUST_COOKIE_SECURE: optionalFlag(undefined, meaning('Default: SESSION_COOKIE_SECURE.')),
  MFA_TRUST_COOKIE_HTTPONLY: optionalFlag(undefined, meaning('Default: SESSION_COOKIE_HTTPONLY.')),
  PASSKEYS_ENABLED: flag(
    false,
    meaning("passkeys/: WebAuthn (dj_rest_auth.passkeys in Django's INSTALLED_APPS)."),
  ),
  PASSKEY_RP_ID: stringList(
    [],
    meaning(
      'Domain that passkeys belong to: auth.example.com, or a parent of it. Several: the first that fits the Origin.',
    ),
  ),
  PASSKEY_RP_NAME: optionalString(undefined, meaning('Name of the site, as browsers may show it.')),
  PASSKEY_RP_ORIGINS: stringList(
    [],
    meaning(
      'Origins of the pages that use passkeys: https://app.example.com, android:apk-key-hash:….',
    ),
  ),
  PASSKEY_TOP_ORIGINS: stringList(
    [],
    meaning(
      'Origins of pages that may embed them in a frame; passkeys used in any other frame are refused.',
    ),
  ),
  PASSKEY_CHALLENGE_TIMEOUT: fractionalSeconds(
    { min: 0 },
    300,
    meaning('Seconds for answering a challenge.'),
  ),
  PASSKEY_USER_VERIFICATION: oneOf(
    ['required', 'preferred'],
    { safe: 'required', exact: 'preferred' },
    meaning('Whether an authenticator must have verified its user (PIN, fingerprint).'),
  ),
  PASSKEY_LOGIN_FOLLOWS_VERIFICATION: flag(
    { safe: true, exact: false },
    meaning('Passkey logins obey mandatory e-mail verification.'),
  ),
  PASSKEY_HIDES_ACCOUNTS: flag(
    { safe: true, exact: false },
    meaning(
      'passkeys/login/begin/ answers everybody with as many credential ids: imaginary ones where there are none.',
    ),
  ),
  PASSKEY_USES_TRANSPORTS: flag(
    { safe: true, exact: false },
    meaning("The browser's own list of transports is kept and handed out again."),
  ),
  PASSKEY_RANDOM_HANDLES: flag(
    { safe: true, exact: false },
    meaning("Passkeys carry a random user handle; off: the user's id in clear."),
  ),
  PASSKEY_TELLS_DISCOVERABLE: flag(
    { safe: true, exact: false },
    meaning('discoverable is what the browser says of the passkey; off: always true.'),
  ),
  PASSKEY_NAME_MAY_BE_BLANK: flag(
    { safe: true, exact: false },
    meaning('An empty name of a new passkey counts as none.'),
  ),
} as const

/** Seconds that may have a fraction, as Django's signatures and caches take them. */
function fractionalSeconds(
  { min }: { readonly min: number },
  fallback: number,
  text: Meaning,
): Setting<number> {
  return structured(
    (raw) => {
      const value = Number(raw)
      if (!Number.isFinite(value) || value < 0) throw new Error('must be a number of seconds')
      if (value < min) throw new Error(`must be at least ${min}`)
      return value
    },
    fallback,
    text,
  )
}
