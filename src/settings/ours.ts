import {
  days,
  flag,
  integer,
  oneOf,
  optionalString,
  optionalTrimmed,
  stringList,
  structured,
  trimmedString,
  type Setting,
} from './setting.ts'
import { introspectionClients } from './introspection.ts'
import { strip } from '../strip.ts'

/** Settings of this service alone. */
export const ourSettings = {
  DJANGO_COMPATIBILITY: oneOf(
    ['safe', 'exact'],
    'safe',
    'exact: answer as dj-rest-auth does, its weaknesses included; every difference is a setting of its own.',
  ),
  URL_PREFIX: urlPrefix(),
  TURSO_DATABASE_URL: trimmedString('', 'URL of the libSQL database. A secret.'),
  TURSO_AUTH_TOKEN: optionalTrimmed(undefined, 'Token of the database. A secret.'),
  PASSWORD_QUEUE_MAX_MS: integer(
    { min: 100, max: 600_000 },
    10_000,
    'Longest that a login waits for the hashing of others, milliseconds; who would wait longer is answered 503 at once.',
  ),
  DATABASE_TIMEOUT_MS: integer(
    { min: 100, max: 600_000 },
    5_000,
    'Deadline of one database call, milliseconds.',
  ),
  RESEND_API_KEY: optionalTrimmed(
    undefined,
    'Key of the mail provider. Absent: mails wait in the outbox. A secret.',
  ),
  CRON_MAX_SUBREQUESTS: integer(
    { min: 20, max: 10_000 },
    1_000,
    'Outgoing requests of one run of the cron handler; a run is over before. 50 on the free plan.',
  ),
  PUBLIC_URL: optionalTrimmed(
    undefined,
    'Where this service is reached: base of links to its own pages, https://auth.example.com.',
  ),
  PASSWORD_PBKDF2_CALLS: integer(
    { min: 1, max: 20 },
    6,
    'Chained PBKDF2 calls of a new password hash; 1 writes what stock Django reads.',
  ),
  PASSWORD_PBKDF2_ITERATIONS: integer(
    { min: 1_000, max: 100_000 },
    100_000,
    'Iterations of each call; Workers refuse more than 100,000.',
  ),
  BODY_MAX_BYTES: integer({ min: 1_024 }, 65_536, 'Longest accepted request body.'),
  REFRESH_TOKEN_GRACE_SECONDS: integer(
    { min: 0, max: 300 },
    10,
    'For so long a rotated refresh token answers with the same successor again.',
  ),
  SESSION_MANAGEMENT: flag(
    { safe: true, exact: false },
    'sessions/ lists and ends the own logins, logout/all/ ends everything.',
  ),
  KNOWN_DEVICE_COOKIE: optionalString(
    { safe: 'known_device', exact: undefined },
    'Cookie by which a login knows its device again: an attack on the account does not lock it out.',
  ),
  SERVER_TIMING: flag(
    false,
    'Answers say how long each call of the database took (Server-Timing). For finding out where time goes: everybody can read it.',
  ),
  AUDIT_LOG: flag(
    false,
    'The cron handler writes audit events into the log, a JSON line each (docs/operations.md#audit-events-elsewhere).',
  ),
  HEALTH_ENDPOINTS: flag(
    true,
    '/healthz (alive) and /readyz (the database answers and is migrated) exist.',
  ),
  METRICS_TOKEN: optionalTrimmed(
    undefined,
    'Bearer token of /metrics (Prometheus); absent: no such page. A secret.',
  ),
  TRUSTED_PROXY_SECRETS: stringList(
    [],
    'By these, in X-Trusted-Proxy-Secret, a server proves that it may name the address of whom it calls for. A secret.',
  ),
  TURNSTILE_SECRET_KEY: optionalTrimmed(
    undefined,
    'Secret of a Cloudflare Turnstile widget; with it TURNSTILE_ACTIONS want its token. A secret.',
  ),
  TURNSTILE_ACTIONS: turnstileActions(),
  TURNSTILE_HOSTNAMES: stringList(
    [],
    'Sites whose Turnstile tokens count; empty: this one and the trusted and allowed origins.',
  ),
  AUDIT_EVENTS: flag(true, 'Logins, failures and changes are noted in the table audit_events.'),
  AUDIT_RETENTION_DAYS: days({ min: 1 }, 90, 'Days for which audit events are kept.'),
  JWT_AUTH_PARTITIONED: flag(false, 'JWT cookies are Partitioned (CHIPS).'),
  INTROSPECTION_CLIENTS: introspectionClients(
    'Backends that may ask token/introspect/ about tokens, as JSON: secrets by client id. A secret.',
  ),
  API_DOCS: flag(true, 'openapi.json and the page docs/ are served.'),

  TOKEN_BLACKLIST_ENABLED: flag(
    true,
    "simplejwt's token_blacklist: logout and rotation revoke refresh tokens.",
  ),
  REFRESH_TOKEN_FAMILIES: flag(
    { safe: true, exact: false },
    'Refresh tokens name the login they stem from; using a spent one again ends that login.',
  ),
  LINKS_FROM_REQUEST_HOST: flag(
    { safe: false, exact: true },
    "Links in mails are built from the request's Host header.",
  ),
  IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS: flag(
    { safe: true, exact: false },
    'A stale cookie or header does not turn login, registration and resets into 401.',
  ),
  ALLOW_OWN_USERNAME: flag(
    { safe: true, exact: false },
    'Writing the own username again, or in another case, is no conflict.',
  ),
  SOCIAL_LOGIN_FOLLOWS_VERIFICATION: flag(
    { safe: true, exact: false },
    'Social logins obey mandatory e-mail verification.',
  ),
  REGISTRATION_SETS_JWT_COOKIES: flag(
    { safe: true, exact: false },
    'A registration that logs in sets the cookies of a login and obeys JWT_AUTH_HTTPONLY.',
  ),
  TRUNCATE_LONG_EMAILS: flag(
    { safe: false, exact: true },
    'Addresses longer than ACCOUNT_EMAIL_MAX_LENGTH are cut instead of refused.',
  ),
  CONTROL_CHARACTERS_IN_EMAILS: flag(
    { safe: false, exact: true },
    'A registration takes control characters in quoted addresses, as Django does.',
  ),
  FOLD_STORED_EMAILS: flag(
    { safe: true, exact: false },
    'Accounts whose stored address has capitals are found by it, too.',
  ),
  RESET_VERIFIES_EMAIL: flag(
    { safe: true, exact: false },
    'A password set by a mailed link verifies the address; an unverified account loses its tokens and sessions.',
  ),
  SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS: flag(
    { safe: true, exact: false },
    'With SOCIALACCOUNT_ONLY, login/, registration/ and password/ do not exist.',
  ),
  RESET_IN_ONE_MAIL: flag(
    { safe: true, exact: false },
    'A reset by an address that several accounts have is one mail, with a link for each.',
  ),
  REGISTRATION_OPENS_SESSION: flag(
    { safe: false, exact: true },
    'A registration that logs in opens a session even where SESSION_LOGIN is off.',
  ),
  PASSWORD_CHANGE_CYCLES_SESSION: flag(
    { safe: false, exact: true },
    'A password change answers with a new session cookie, whoever is calling.',
  ),
  FOLD_USERNAMES: flag(
    { safe: true, exact: false },
    'Usernames are compared without case in every script; off: in ASCII alone, as Django does it on SQLite.',
  ),
  JWT_NAMES_ACCOUNT_ID: flag(
    { safe: true, exact: false },
    'With SIMPLE_JWT_USER_ID_FIELD = username, JWTs name the account by its id, too, and both must fit: names change hands.',
  ),
  TOKEN_VERIFY_CHECKS_LOGIN: flag(
    false,
    'token/verify/ asks the database, too, whether the login, the account or the token has ended; one round trip instead of none.',
  ),
  NORMALIZE_USERNAMES: flag(
    { safe: true, exact: false },
    'Usernames are stored and looked up in Unicode NFKC, so that no two look alike by width.',
  ),
  REVOKE_TOKENS_ON_PASSWORD_CHANGE: flag(
    { safe: true, exact: false },
    "A changed or reset password ends the account's tokens and other sessions.",
  ),
  LOGOUT_WITHOUT_REFRESH_TOKEN: flag(
    { safe: true, exact: false },
    'A JWT logout without a refresh token answers 200 and revokes the one in the cookie.',
  ),
  JWT_LOGIN_SETS_CSRF_COOKIE: flag(
    { safe: true, exact: false },
    'With JWT_AUTH_COOKIE_USE_CSRF, a login sets the CSRF cookie where the client has none.',
  ),
  COOKIES_NEED_TRUSTED_ORIGIN: flag(
    { safe: true, exact: false },
    'Pages outside our own origin and CSRF_TRUSTED_ORIGINS get no cookie set, and none acted on: login CSRF.',
  ),
  CSRF_ORIGIN_SUFFICES: flag(
    { safe: true, exact: false },
    'A write whose Origin is our own or in CSRF_TRUSTED_ORIGINS needs no CSRF token besides.',
  ),
  TOKEN_VERIFY_CHECKS_BLACKLIST: flag(
    { safe: true, exact: false },
    'token/verify/ refuses blacklisted refresh tokens.',
  ),
  REFRESH_CHECKS_REVOKE_CLAIM: flag(
    { safe: true, exact: false },
    'With SIMPLE_JWT_CHECK_REVOKE_TOKEN, a refresh after a password change is refused.',
  ),
  HONOUR_UPDATE_LAST_LOGIN: flag(
    { safe: true, exact: false },
    'SIMPLE_JWT_UPDATE_LAST_LOGIN has an effect.',
  ),
  REGISTRATION_HIDES_EXISTING_EMAIL: flag(
    { safe: true, exact: false },
    'With mandatory verification, a taken address gets the usual answer and its owner a mail.',
  ),
  VERIFIED_EMAIL_IS_UNIQUE: flag(
    { safe: true, exact: false },
    'An address that another account has verified cannot be verified again.',
  ),
  VERIFY_EMAIL_TWICE: flag(
    { safe: true, exact: false },
    'A key of an address that is verified already answers as the first time; a percent-encoded key is read.',
  ),
  RESEND_FOLDS_EMAIL: flag(
    { safe: true, exact: false },
    'resend-email/ compares without case, serves accounts that have no address row yet, and mails every claimant.',
  ),
  NOTIFY_OF_EVERY_CHANGE: flag(
    { safe: true, exact: false },
    'With ACCOUNT_EMAIL_NOTIFICATIONS: of changes that dj-rest-auth tells nobody of, too; else of connected social accounts alone.',
  ),
  RESEND_COUNTS: flag(
    { safe: true, exact: false },
    'resend-email/ counts in the rate confirm_email of ACCOUNT_RATE_LIMITS.',
  ),
  HONOUR_SIGNUP_FIELDS: flag(
    { safe: true, exact: false },
    'ACCOUNT_SIGNUP_FIELDS may leave out username, email or password2.',
  ),
  TWITTER_LOOKS_UP_EMAIL: flag(
    { safe: true, exact: false },
    'Twitter sign-ups look for an account with the address, as other providers do.',
  ),
  THROTTLE_ALL_ENDPOINTS: flag(
    { safe: true, exact: false },
    'verify-email, resend-email and token/* count in the scope dj_rest_auth.',
  ),
  HTML_NOT_FOUND: flag(
    { safe: false, exact: true },
    "Unknown URLs answer Django's HTML page instead of JSON.",
  ),
  TRIM_PASSWORDS: flag({ safe: false, exact: true }, 'Blanks around passwords are cut off.'),
  UNIFORM_JWT_ERRORS: flag(
    { safe: true, exact: false },
    'Every refused JWT is "Token is invalid or expired".',
  ),
  REFRESH_COOKIE_ONLY: flag(
    { safe: true, exact: false },
    'With JWT_AUTH_HTTPONLY, a refresh token in the body does not beat the cookie; `""` and `null` in the body are none.',
  ),
  LOGOUT_ENDS_API_TOKENS: flag(
    { safe: false, exact: true },
    "A logout ends the account's auth token even where logins hand out none (TOKEN_MODEL = null, USE_JWT).",
  ),
  SECRET_KEY_FALLBACKS_VERIFY_JWTS: flag(
    { safe: true, exact: false },
    'JWTs that an older SECRET_KEY signed are good while it is in SECRET_KEY_FALLBACKS.',
  ),
} as const

function turnstileActions(): Setting<readonly string[]> {
  const usual = ['login', 'signup', 'reset_password']
  const known = [...usual, 'resend_email', 'social_login', 'change_password']
  const list = stringList(
    usual,
    'What Turnstile guards: login, signup, reset_password, resend_email, social_login, change_password.',
  )
  return {
    ...list,
    parse: (raw) => {
      const actions = list.parse(raw)
      const unknown = actions.find((action) => !known.includes(action))
      if (unknown === undefined) return actions
      throw new Error(`knows ${known.join(', ')}, not ${JSON.stringify(unknown)}`)
    },
  }
}

function urlPrefix(): Setting<string> {
  return structured(
    (raw) => {
      const trimmed = strip(String(raw), (character) => character === '/')
      const hasDots = trimmed.split('/').some((part) => part === '.' || part === '..')
      if (hasDots || !/^(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/.test(trimmed)) {
        throw new Error('must be a path like /dj-rest-auth/')
      }
      return trimmed === '' ? '/' : `/${trimmed}/`
    },
    '/dj-rest-auth/',
    'Path under which every endpoint lies.',
  )
}
