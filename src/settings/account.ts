/**
 * allauth's `ACCOUNT_*` settings, under allauth's names: one search finds its documentation, this table and every
 * use.
 */
import { meaning } from './meaning.ts'
import {
  days,
  flag,
  integer,
  oneOf,
  optionalFlag,
  optionalInteger,
  optionalTrimmed,
  stringList,
  structured,
  trimmedString,
  usual,
} from './setting.ts'
import { parseSignupFields, type RateLimits } from './usual-values.ts'

/** Where `ACCOUNT_RATE_LIMITS` does not name an action, its rate is this one (allauth merges, too). */
const DEFAULT_RATE_LIMITS: RateLimits = {
  login: '30/m/ip',
  login_failed: '10/m/ip,5/300s/key',
  signup: '20/m/ip',
  reset_password: '20/m/ip,5/m/key',
  reset_password_from_key: '20/m/ip',
  change_password: '5/m/user',
  confirm_email: '1/180s/key',
  manage_email: '10/m/user',
  token_refresh: '120/m/ip',
  send_email: '1/30s/key,5/h/key,20/d/key',
  reauthenticate: '10/m/user',
  request_login_code: '20/m/ip,3/m/key',
}

/** django-allauth's `ACCOUNT_*`, `SOCIALACCOUNT_*` and `HEADLESS_*` that an API client can notice. */
export const accountSettings = {
  ACCOUNT_EMAIL_VERIFICATION: oneOf(
    ['mandatory', 'optional', 'none'],
    'optional',
    meaning(
      'mandatory: no login before the address is verified; optional: a mail is sent; none: no mail.',
    ),
  ),
  ACCOUNT_LOGIN_METHODS: usual(
    'loginMethods',
    ['username', 'email'],
    meaning('What a login may name: username, email, or both.'),
  ),
  ACCOUNT_SIGNUP_FIELDS: usual(
    'signupFields',
    parseSignupFields(['username*', 'email', 'password1*', 'password2*']),
    meaning('Fields of a registration, a star behind the required ones.'),
  ),
  ACCOUNT_EMAIL_CONFIRMATION_HMAC: flag(
    true,
    meaning(
      'Keys of verification mails are signed; off: random, and kept (hashed) in the database.',
    ),
  ),
  ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS: days(
    { min: 0 },
    3,
    meaning('Days for which the key in a verification mail is good.'),
  ),
  ACCOUNT_CHANGE_EMAIL: flag(
    false,
    meaning(
      'With EMAIL_MANAGEMENT: one address an account; an added one takes its place when it is proved.',
    ),
  ),
  ACCOUNT_MAX_EMAIL_ADDRESSES: optionalInteger(
    { min: 1, max: 100 },
    undefined,
    meaning('With EMAIL_MANAGEMENT: addresses an account may have. Default: 100.'),
  ),
  ACCOUNT_EMAIL_SUBJECT_PREFIX: usual(
    'verbatim',
    undefined,
    meaning('In front of every subject. Default: "[SITE_NAME] ".'),
  ),
  ACCOUNT_EMAIL_MAX_LENGTH: integer({ min: 1 }, 254, meaning('Longest accepted e-mail address.')),
  ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS: flag(
    true,
    meaning('Accepted for compatibility: unknown addresses are never mailed, as in dj-rest-auth.'),
  ),
  ACCOUNT_EMAIL_NOTIFICATIONS: flag(
    { safe: true, exact: false },
    meaning('Tell the owner by mail when the password was changed or reset.'),
  ),
  ACCOUNT_UNIQUE_EMAIL: flag(true, meaning('A verified address belongs to one account.')),
  ACCOUNT_PASSWORD_MIN_LENGTH: integer(
    { min: 1 },
    6,
    meaning('Shortest password of a registration where AUTH_PASSWORD_VALIDATORS is empty.'),
  ),
  ACCOUNT_USERNAME_MIN_LENGTH: integer(
    { min: 1, max: 150 },
    1,
    meaning('Shortest accepted username.'),
  ),
  ACCOUNT_USERNAME_BLACKLIST: stringList([], meaning('Usernames that nobody may take.')),
  ACCOUNT_PRESERVE_USERNAME_CASING: flag(
    true,
    meaning('Usernames keep the case they are typed in.'),
  ),
  ACCOUNT_PREVENT_ENUMERATION: usual(
    'enumeration',
    true,
    meaning('Resets answer the same for known and unknown addresses.'),
  ),
  ACCOUNT_LOGOUT_ON_GET: flag(false, meaning('GET logout/ logs out, too.')),
  ACCOUNT_RATE_LIMITS: usual(
    'rateLimits',
    {
      safe: DEFAULT_RATE_LIMITS,
      exact: {},
    },
    meaning(
      'Rates by action in allauth\'s notation, over the defaults, of which exact has none: {"login": "30/m/ip"}; null turns one off, false all.',
    ),
  ),
  SOCIALACCOUNT_AUTO_SIGNUP: flag(true, meaning('A first social login makes an account.')),
  SOCIALACCOUNT_EMAIL_AUTHENTICATION: flag(
    false,
    meaning("A provider's verified address logs into the account that has it."),
  ),
  SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT: flag(
    false,
    meaning('… and connects the social account to it.'),
  ),
  SOCIALACCOUNT_EMAIL_REQUIRED: optionalFlag(
    undefined,
    meaning('A social sign-up needs an address. Default: as ACCOUNT_SIGNUP_FIELDS.'),
  ),
  SOCIALACCOUNT_EMAIL_VERIFICATION: structured<EmailVerification | undefined>(
    (raw) => {
      const given = String(raw).toLowerCase()
      const word = given === 'false' ? 'none' : given
      if (word === 'mandatory' || word === 'optional' || word === 'none') return word
      throw new Error('must be one of mandatory, optional, none')
    },
    undefined,
    meaning('As ACCOUNT_EMAIL_VERIFICATION, for social sign-ups. Default: the same.'),
  ),
  SOCIALACCOUNT_QUERY_EMAIL: optionalFlag(
    undefined,
    meaning('Ask providers for the address. Default: as SOCIALACCOUNT_EMAIL_REQUIRED.'),
  ),
  SOCIALACCOUNT_STORE_TOKENS: flag(false, meaning("Keep the providers' tokens, sealed.")),
  SOCIALACCOUNT_ONLY: flag(false, meaning('No local accounts: sign in by provider only.')),
  SOCIALACCOUNT_REQUESTS_TIMEOUT: integer(
    { min: 1, max: 60 },
    5,
    meaning('Seconds that a provider may take to answer.'),
  ),
  HEADLESS_FRONTEND_URLS: usual(
    'frontendUrls',
    {},
    meaning(
      'Where links in mails lead: account_confirm_email, account_reset_password_from_key (with {key}), …',
    ),
  ),
  ACCOUNT_DEFAULT_HTTP_PROTOCOL: oneOf(
    ['http', 'https'],
    { safe: 'https', exact: 'http' },
    meaning(
      'Scheme of links to SITE_DOMAIN; https: of links that are built from the request, too.',
    ),
  ),
  ALLAUTH_TRUSTED_CLIENT_IP_HEADER: optionalTrimmed(
    undefined,
    meaning(
      'Header in which a server that calls for its users names their address; believed only with TRUSTED_PROXY_SECRETS.',
    ),
  ),
  ALLAUTH_TRUSTED_PROXY_COUNT: integer(
    { min: 0, max: 10 },
    0,
    meaning(
      'So many own proxies, Cloudflare not counted, write X-Forwarded-For; believed only with TRUSTED_PROXY_SECRETS.',
    ),
  ),
  SITE_NAME: trimmedString('example.com', meaning("Django's Site.name: named in mails.")),
  SITE_DOMAIN: trimmedString('example.com', meaning("Django's Site.domain.")),
} as const

/** `none`, `optional` or `mandatory`. */
export type EmailVerification = 'mandatory' | 'optional' | 'none'
