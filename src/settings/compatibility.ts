/**
 * Switches between the reference's behaviour and ours, one for each deliberate difference. `DJANGO_COMPATIBILITY =
 * exact` sets all of them to the reference's side; each can be set by itself.
 */
import { meaning } from './meaning.ts'
import { flag } from './setting.ts'

/** Where the reference is unsafe or surprising, and this service does otherwise: a switch for each, on its side in `exact`. */
export const compatibilitySettings = {
  REFRESH_TOKEN_FAMILIES: flag(
    { safe: true, exact: false },
    meaning(
      'Refresh tokens name the login they stem from; using a spent one again ends that login.',
    ),
  ),
  LINKS_FROM_REQUEST_HOST: flag(
    { safe: false, exact: true },
    meaning("Links in mails are built from the request's Host header."),
  ),
  IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS: flag(
    { safe: true, exact: false },
    meaning('A stale cookie or header does not turn login, registration and resets into 401.'),
  ),
  ALLOW_OWN_USERNAME: flag(
    { safe: true, exact: false },
    meaning('Writing the own username again, or in another case, is no conflict.'),
  ),
  SOCIAL_LOGIN_FOLLOWS_VERIFICATION: flag(
    { safe: true, exact: false },
    meaning('Social logins obey mandatory e-mail verification.'),
  ),
  REGISTRATION_SETS_JWT_COOKIES: flag(
    { safe: true, exact: false },
    meaning('A registration that logs in sets the cookies of a login and obeys JWT_AUTH_HTTPONLY.'),
  ),
  TRUNCATE_LONG_EMAILS: flag(
    { safe: false, exact: true },
    meaning('Addresses longer than ACCOUNT_EMAIL_MAX_LENGTH are cut instead of refused.'),
  ),
  CONTROL_CHARACTERS_IN_EMAILS: flag(
    { safe: false, exact: true },
    meaning('A registration takes control characters in quoted addresses, as Django does.'),
  ),
  FOLD_STORED_EMAILS: flag(
    { safe: true, exact: false },
    meaning('Accounts whose stored address has capitals are found by it, too.'),
  ),
  RESET_VERIFIES_EMAIL: flag(
    { safe: true, exact: false },
    meaning(
      'A password set by a mailed link verifies the address; an unverified account loses its tokens and sessions.',
    ),
  ),
  SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS: flag(
    { safe: true, exact: false },
    meaning('With SOCIALACCOUNT_ONLY, login/, registration/ and password/ do not exist.'),
  ),
  RESET_IN_ONE_MAIL: flag(
    { safe: true, exact: false },
    meaning('A reset by an address that several accounts have is one mail, with a link for each.'),
  ),
  REGISTRATION_OPENS_SESSION: flag(
    { safe: false, exact: true },
    meaning('A registration that logs in opens a session even where SESSION_LOGIN is off.'),
  ),
  PASSWORD_CHANGE_CYCLES_SESSION: flag(
    { safe: false, exact: true },
    meaning('A password change answers with a new session cookie, whoever is calling.'),
  ),
  FOLD_USERNAMES: flag(
    { safe: true, exact: false },
    meaning(
      'Usernames are compared without case in every script; off: in ASCII alone, as Django does it on SQLite.',
    ),
  ),
  JWT_NAMES_ACCOUNT_ID: flag(
    { safe: true, exact: false },
    meaning(
      'With SIMPLE_JWT_USER_ID_FIELD = username, JWTs name the account by its id, too, and both must fit: names change hands.',
    ),
  ),
  TOKEN_VERIFY_CHECKS_LOGIN: flag(
    false,
    meaning(
      'token/verify/ asks the database, too, whether the login, the account or the token has ended; one round trip instead of none.',
    ),
  ),
  NORMALIZE_USERNAMES: flag(
    { safe: true, exact: false },
    meaning(
      'Usernames are stored and looked up in Unicode NFKC, so that no two look alike by width.',
    ),
  ),
  REVOKE_TOKENS_ON_PASSWORD_CHANGE: flag(
    { safe: true, exact: false },
    meaning("A changed or reset password ends the account's tokens and other sessions."),
  ),
  LOGOUT_WITHOUT_REFRESH_TOKEN: flag(
    { safe: true, exact: false },
    meaning('A JWT logout without a refresh token answers 200 and revokes the one in the cookie.'),
  ),
  JWT_LOGIN_SETS_CSRF_COOKIE: flag(
    { safe: true, exact: false },
    meaning(
      'With JWT_AUTH_COOKIE_USE_CSRF, a login sets the CSRF cookie where the client has none.',
    ),
  ),
  COOKIES_NEED_TRUSTED_ORIGIN: flag(
    { safe: true, exact: false },
    meaning(
      'Pages outside our own origin and CSRF_TRUSTED_ORIGINS get no cookie set, and none acted on: login CSRF.',
    ),
  ),
  CSRF_ORIGIN_SUFFICES: flag(
    { safe: true, exact: false },
    meaning(
      'A write whose Origin is our own or in CSRF_TRUSTED_ORIGINS needs no CSRF token besides.',
    ),
  ),
  TOKEN_VERIFY_CHECKS_BLACKLIST: flag(
    { safe: true, exact: false },
    meaning('token/verify/ refuses blacklisted refresh tokens.'),
  ),
  REFRESH_CHECKS_REVOKE_CLAIM: flag(
    { safe: true, exact: false },
    meaning('With SIMPLE_JWT_CHECK_REVOKE_TOKEN, a refresh after a password change is refused.'),
  ),
  HONOUR_UPDATE_LAST_LOGIN: flag(
    { safe: true, exact: false },
    meaning('SIMPLE_JWT_UPDATE_LAST_LOGIN has an effect.'),
  ),
  REGISTRATION_HIDES_EXISTING_EMAIL: flag(
    { safe: true, exact: false },
    meaning(
      'With mandatory verification, a taken address gets the usual answer and its owner a mail.',
    ),
  ),
  VERIFIED_EMAIL_IS_UNIQUE: flag(
    { safe: true, exact: false },
    meaning('An address that another account has verified cannot be verified again.'),
  ),
  VERIFY_EMAIL_TWICE: flag(
    { safe: true, exact: false },
    meaning(
      'A key of an address that is verified already answers as the first time; a percent-encoded key is read.',
    ),
  ),
  RESEND_FOLDS_EMAIL: flag(
    { safe: true, exact: false },
    meaning(
      'resend-email/ compares without case, serves accounts that have no address row yet, and mails every claimant.',
    ),
  ),
  NOTIFY_OF_EVERY_CHANGE: flag(
    { safe: true, exact: false },
    meaning(
      'With ACCOUNT_EMAIL_NOTIFICATIONS: of changes that dj-rest-auth tells nobody of, too; else of connected social accounts alone.',
    ),
  ),
  RESEND_COUNTS: flag(
    { safe: true, exact: false },
    meaning('resend-email/ counts in the rate confirm_email of ACCOUNT_RATE_LIMITS.'),
  ),
  HONOUR_SIGNUP_FIELDS: flag(
    { safe: true, exact: false },
    meaning('ACCOUNT_SIGNUP_FIELDS may leave out username, email or password2.'),
  ),
  TWITTER_LOOKS_UP_EMAIL: flag(
    { safe: true, exact: false },
    meaning('Twitter sign-ups look for an account with the address, as other providers do.'),
  ),
  THROTTLE_ALL_ENDPOINTS: flag(
    { safe: true, exact: false },
    meaning('verify-email, resend-email and token/* count in the scope dj_rest_auth.'),
  ),
  REFUSED_REQUESTS_COUNT: flag(
    { safe: false, exact: true },
    meaning(
      'A request that one of DEFAULT_THROTTLE_RATES refuses counts in the others all the same.',
    ),
  ),
  HTML_NOT_FOUND: flag(
    { safe: false, exact: true },
    meaning("Unknown URLs answer Django's HTML page instead of JSON."),
  ),
  TRIM_PASSWORDS: flag(
    { safe: false, exact: true },
    meaning('Blanks around passwords are cut off.'),
  ),
  UNIFORM_JWT_ERRORS: flag(
    { safe: true, exact: false },
    meaning('Every refused JWT is "Token is invalid or expired".'),
  ),
  REFRESH_COOKIE_ONLY: flag(
    { safe: true, exact: false },
    meaning(
      'With JWT_AUTH_HTTPONLY, a refresh token in the body does not beat the cookie; `""` and `null` in the body are none.',
    ),
  ),
  LOGOUT_ENDS_API_TOKENS: flag(
    { safe: false, exact: true },
    meaning(
      "A logout ends the account's auth token even where logins hand out none (TOKEN_MODEL = null, USE_JWT).",
    ),
  ),
  SECRET_KEY_FALLBACKS_VERIFY_JWTS: flag(
    { safe: true, exact: false },
    meaning('JWTs that an older SECRET_KEY signed are good while it is in SECRET_KEY_FALLBACKS.'),
  ),
} as const
