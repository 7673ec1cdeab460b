/**
 * What a deployment allows where the reference is unsafe or surprising, by subject: the switches of
 * `compatibility.ts`, read once. Code asks `settings.policy.passwords.areTrimmed`; only this file reads a switch by
 * its setting's name. Each member says what is allowed, what the reference does, and why `safe` differs.
 */
import type { compatibilitySettings } from './compatibility.ts'
import type { SettingValues } from './setting.ts'

/** The switches as they are set. */
type Switches = SettingValues<typeof compatibilitySettings>

/** JWTs and the API's tokens. */
const tokenPolicy = (set: Switches) => ({
  /**
   * Refresh tokens name the login they stem from, and a second use of one ends that login. The reference's do not:
   * whoever copied one keeps a login that the owner cannot end (refresh token replay, RFC 9700 §4.14.2).
   */
  haveFamilies: set.REFRESH_TOKEN_FAMILIES,
  /**
   * A token that names its user by username has the account's id besides, and both must fit. The reference's has the
   * name alone: once it changes hands, the token of one account opens another.
   */
  nameAccountId: set.JWT_NAMES_ACCOUNT_ID,
  /** A token is verified against the login it belongs to, for one round trip. The reference never looks; nor does `safe`. */
  verifyChecksLogin: set.TOKEN_VERIFY_CHECKS_LOGIN,
  /** `token/verify/` refuses a blacklisted refresh token. The reference passes it: a client goes on with a dead login. */
  verifyChecksBlacklist: set.TOKEN_VERIFY_CHECKS_BLACKLIST,
  /**
   * The claim of `SIMPLE_JWT_CHECK_REVOKE_TOKEN` is compared at a refresh. The reference compares it for access tokens
   * alone, so that a refresh token stolen before a password change still mints them.
   */
  refreshChecksRevokeClaim: set.REFRESH_CHECKS_REVOKE_CLAIM,
  /** All refused JWTs get one text. simplejwt 5.5 says which check failed, which helps nobody but who forges them. */
  errorsAreUniform: set.UNIFORM_JWT_ERRORS,
  /**
   * Where JWTs are in HttpOnly cookies, a refresh token of the body counts only without a cookie, and a blank one is
   * none. With the reference the body wins, and `""` is a fault although the cookie is good.
   */
  refreshCookieBeatsBody: set.REFRESH_COOKIE_ONLY,
  /** Keys of `SECRET_KEY_FALLBACKS` verify JWTs. The reference forgets them: a new `SECRET_KEY` logs everyone out. */
  fallbackKeysVerify: set.SECRET_KEY_FALLBACKS_VERIFY_JWTS,
  /** `SIMPLE_JWT_UPDATE_LAST_LOGIN` works. dj-rest-auth makes its tokens past the serializer that would do it. */
  followUpdateLastLogin: set.HONOUR_UPDATE_LAST_LOGIN,
})

/** `logout/`. */
const logoutPolicy = (set: Switches) => ({
  /**
   * A JWT logout may come without a refresh token; the cookie's is revoked. The reference answers 401, deletes the
   * cookies all the same, and leaves the token alive.
   */
  needsNoRefreshToken: set.LOGOUT_WITHOUT_REFRESH_TOKEN,
  /**
   * A logout deletes the account's API token even where logins hand out none. The reference does; `safe` keeps what a
   * person made for a script and did not log in with.
   */
  endsApiTokens: set.LOGOUT_ENDS_API_TOKENS,
})

/** Passwords, their change and reset. */
const passwordPolicy = (set: Switches) => ({
  /** Blanks around passwords are cut off, as DRF's `CharField` does. `safe` takes them as typed: they are characters. */
  areTrimmed: set.TRIM_PASSWORDS,
  /**
   * A change or reset ends the account's tokens and other sessions. The reference's leaves them alive, for whoever
   * made the owner change the password.
   */
  changeEndsLogins: set.REVOKE_TOKENS_ON_PASSWORD_CHANGE,
  /** A change answers with a new session cookie even to callers without a session, as `update_session_auth_hash()` does. */
  changeCyclesSession: set.PASSWORD_CHANGE_CYCLES_SESSION,
  /**
   * A reset by mail proves the address, and what an unverified account had before is dropped. With the reference the
   * address stays unverified, and who registered it for its owner stays logged in (account pre-hijacking).
   */
  resetVerifiesEmail: set.RESET_VERIFIES_EMAIL,
  /** One reset mail with a link for each account of the address. The reference sends a mail for each. */
  resetIsOneMail: set.RESET_IN_ONE_MAIL,
})

/** Usernames. */
const usernamePolicy = (set: Switches) => ({
  /** The own name, in whatever case, may be written again. The reference finds that it exists already. */
  ownIsFree: set.ALLOW_OWN_USERNAME,
  /** Case is ignored in every script. The reference leaves it to the database: SQLite's ignores it in ASCII alone. */
  ignoreCase: set.FOLD_USERNAMES,
  /** Names are stored in NFKC. The reference does it in forms alone, so that full-width letters make another name (homographs). */
  areNormalized: set.NORMALIZE_USERNAMES,
})

/** E-mail addresses and their verification. */
const emailPolicy = (set: Switches) => ({
  /** A long address is cut at a registration, as allauth does. `safe` refuses it: the rest is another mailbox. */
  areTruncated: set.TRUNCATE_LONG_EMAILS,
  /** Quoted addresses may have control characters, as in Django. `safe` refuses them: header injection. */
  allowControlCharacters: set.CONTROL_CHARACTERS_IN_EMAILS,
  /** An account whose address is stored with capitals is found by it. The reference looks for lower case alone. */
  storedAreFolded: set.FOLD_STORED_EMAILS,
  /** One account at most verifies an address. With the reference two can, and a login by address is ambiguous. */
  verifiedAreUnique: set.VERIFIED_EMAIL_IS_UNIQUE,
  /** A key may come again once its address is verified. The reference answers 404, to a second click as well. */
  verifyTwice: set.VERIFY_EMAIL_TWICE,
  /**
   * `resend-email/` ignores case and serves accounts without an address row. The reference finds neither: imported
   * users cannot verify.
   */
  resendIsFolded: set.RESEND_FOLDS_EMAIL,
  /** `resend-email/` counts in the rate `confirm_email`. The reference sends as often as it is asked (mail bombing). */
  resendIsLimited: set.RESEND_COUNTS,
})

/** Mails that are sent. */
const mailPolicy = (set: Switches) => ({
  /** Links are built from the request's `Host`, as in the reference. `safe` never: host header injection. */
  linkToRequestHost: set.LINKS_FROM_REQUEST_HOST,
  /** Owners hear of every change. The reference's API tells them of connected social accounts alone. */
  tellOfEveryChange: set.NOTIFY_OF_EVERY_CHANGE,
})

/** `registration/`. */
const registrationPolicy = (set: Switches) => ({
  /** It sets the JWT cookies of a login. The reference answers with the tokens, HttpOnly or not (XSS can read them). */
  setsJwtCookies: set.REGISTRATION_SETS_JWT_COOKIES,
  /** It opens a session even without `SESSION_LOGIN`, as the reference does through allauth's `complete_signup`. */
  opensSession: set.REGISTRATION_OPENS_SESSION,
  /** Where mails must be verified, a taken address gets the usual answer. The reference says who has an account. */
  hidesExistingEmail: set.REGISTRATION_HIDES_EXISTING_EMAIL,
  /** `ACCOUNT_SIGNUP_FIELDS` may leave fields out. The reference's serializer asks for them regardless. */
  followsSignupFields: set.HONOUR_SIGNUP_FIELDS,
})

/** Social accounts. */
const socialPolicy = (set: Switches) => ({
  /** Social logins obey mandatory verification. The reference lets them in with any address. */
  followsVerification: set.SOCIAL_LOGIN_FOLLOWS_VERIFICATION,
  /** `SOCIALACCOUNT_ONLY` closes logins by password. The reference closes allauth's views and leaves its own open. */
  onlyClosesPasswords: set.SOCIALACCOUNT_ONLY_CLOSES_PASSWORDS,
  /** Twitter's addresses are looked up like those of others. The reference makes a second account. */
  twitterLooksUpEmail: set.TWITTER_LOOKS_UP_EMAIL,
})

/** Cookies of browsers. */
const cookiePolicy = (set: Switches) => ({
  /** Cookies are set for, and read from, trusted origins alone. The reference sets them for any page (login CSRF). */
  needTrustedOrigin: set.COOKIES_NEED_TRUSTED_ORIGIN,
  /** A trusted `Origin` is proof enough against CSRF. Django wants its token besides. */
  originSuffices: set.CSRF_ORIGIN_SUFFICES,
  /** A JWT login sets the CSRF cookie that its next write needs. The reference leaves that to nobody: a 403. */
  jwtLoginSetsCsrf: set.JWT_LOGIN_SETS_CSRF_COOKIE,
})

/** What all endpoints share. */
const endpointPolicy = (set: Switches) => ({
  /** Bad credentials are none where anyone may call. With the reference a stale cookie turns a login into 401. */
  ignoreBadCredentials: set.IGNORE_BAD_CREDENTIALS_ON_PUBLIC_ENDPOINTS,
  /** Mailed keys and tokens count in the scope `dj_rest_auth`, too. The reference leaves them unlimited. */
  allAreThrottled: set.THROTTLE_ALL_ENDPOINTS,
  /**
   * What one DRF throttle refuses counts in those that had room. In the reference it does, and who is refused for a
   * minute may find the day's rate used up; in `safe` a refused request uses up nothing.
   */
  refusedAreCounted: set.REFUSED_REQUESTS_COUNT,
  /** Unknown URLs answer Django's page, as in the reference; else JSON, which clients of an API can read. */
  unknownAnswerHtml: set.HTML_NOT_FOUND,
})

/** Reads the switches. */
export function policyOf(set: Switches) {
  return Object.freeze({
    tokens: tokenPolicy(set),
    logout: logoutPolicy(set),
    passwords: passwordPolicy(set),
    usernames: usernamePolicy(set),
    emails: emailPolicy(set),
    mails: mailPolicy(set),
    registration: registrationPolicy(set),
    social: socialPolicy(set),
    cookies: cookiePolicy(set),
    endpoints: endpointPolicy(set),
  })
}

/** What is allowed, by subject. */
export type Policy = ReturnType<typeof policyOf>

/** The subjects that a function asks about: `Pick<Settings, …> & PolicyOf<'passwords'>`. */
export type PolicyOf<Subject extends keyof Policy> = { readonly policy: Pick<Policy, Subject> }
