/**
 * allauth's `ACCOUNT_*` settings, under allauth's names: one search finds its documentation, this table and every
 * use.
 */
import { meaning } from './meaning.ts'
import { parseRates, RATE_ACTIONS } from './rates.ts'
import {
  days,
  flag,
  integer,
  oneOf,
  optionalFlag,
  optionalInteger,
  optionalTrimmed,
  parseBoolean,
  stringList,
  structured,
  trimmedString,
  type Setting,
} from './setting.ts'

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

const SIGNUP_FIELDS = ['username', 'email', 'email2', 'password1', 'password2']

/** django-allauth's `ACCOUNT_*`, `SOCIALACCOUNT_*` and `HEADLESS_*` that an API client can notice. */
export const accountSettings = {
  ACCOUNT_EMAIL_VERIFICATION: oneOf(
    ['mandatory', 'optional', 'none'],
    'optional',
    meaning(
      'mandatory: no login before the address is verified; optional: a mail is sent; none: no mail.',
    ),
  ),
  ACCOUNT_LOGIN_METHODS: structured<readonly LoginMethod[]>(
    parseLoginMethods,
    ['username', 'email'],
    meaning('What a login may name: username, email, or both.'),
  ),
  ACCOUNT_SIGNUP_FIELDS: structured<readonly SignupField[]>(
    parseSignupFields,
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
  ACCOUNT_EMAIL_SUBJECT_PREFIX: subjectPrefix(),
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
  ACCOUNT_PREVENT_ENUMERATION: structured<boolean | 'strict'>(
    (raw) => {
      if (String(raw).toLowerCase() === 'strict') return 'strict'
      try {
        return parseBoolean(raw)
      } catch {
        throw new Error('must be true, false or strict')
      }
    },
    true,
    meaning('Resets answer the same for known and unknown addresses.'),
  ),
  ACCOUNT_LOGOUT_ON_GET: flag(false, meaning('GET logout/ logs out, too.')),
  ACCOUNT_RATE_LIMITS: structured<RateLimits>(
    parseRateLimits,
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
  HEADLESS_FRONTEND_URLS: structured<FrontendUrls>(
    parseTexts,
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
/** What a login may name. */
export type LoginMethod = 'username' | 'email'
/** One field of `ACCOUNT_SIGNUP_FIELDS`. */
export type SignupField = { readonly name: string; readonly required: boolean }
/** Rates by action, in allauth's notation, several separated by commas. */
export type RateLimits = Readonly<Record<string, string>>
/** URL templates by allauth's names; `{key}` is replaced. */
type FrontendUrls = Readonly<Record<string, string>>

/** Taken as it is: "[Acme] " looks like the start of JSON and is none. */
function subjectPrefix(): Setting<string | undefined> {
  return {
    parse: (raw) => (raw === null || raw === 'null' ? undefined : String(raw)),
    default: undefined,
    exact: undefined,
    meaning: meaning('In front of every subject. Default: "[SITE_NAME] ".'),
  }
}

/** `ACCOUNT_LOGIN_METHODS`: a set of methods in any order. */
function parseLoginMethods(raw: unknown): readonly LoginMethod[] {
  const words = typeof raw === 'string' ? raw.split(',').map((word) => word.trim()) : raw
  if (!Array.isArray(words) || words.length === 0) throw new Error('must name username or email')
  return words.map((word: unknown) => {
    if (word !== 'username' && word !== 'email') {
      throw new Error(`knows username and email, not ${JSON.stringify(word)}`)
    }
    return word
  })
}

/** `ACCOUNT_SIGNUP_FIELDS`: names, with `*` behind those that are required. */
function parseSignupFields(raw: unknown): readonly SignupField[] {
  const words = typeof raw === 'string' ? raw.split(',').map((word) => word.trim()) : raw
  if (!Array.isArray(words)) throw new Error('must be a list of fields')
  return words.map((word) => {
    const text = String(word)
    const required = text.endsWith('*')
    const name = required ? text.slice(0, -1) : text
    if (!SIGNUP_FIELDS.includes(name)) {
      throw new Error(`knows ${SIGNUP_FIELDS.join(', ')}, not ${JSON.stringify(word)}`)
    }
    return { name, required }
  })
}

/** allauth's actions, too, that nothing here does: accepted, and never counted. */
const KNOWN_ACTIONS: readonly string[] = [...RATE_ACTIONS, 'verify_phone', 'change_phone']

/**
 * `ACCOUNT_RATE_LIMITS`: allauth's `5/m/user,20/h/ip` by action, over the defaults of the mode; `false` turns all off. In
 * `exact` there are none: allauth's own count in its views, which dj-rest-auth does not call.
 */
function parseRateLimits(raw: unknown, absent: unknown = DEFAULT_RATE_LIMITS): RateLimits {
  const isOff = [false, null, 'false', 'False', 'None'].some((none) => none === raw)
  if (isOff) return {}
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new Error('must be an object or false')
  const limits: Record<string, string> = Object.assign({}, absent)
  for (const [action, rate] of Object.entries(raw)) {
    if (!KNOWN_ACTIONS.includes(action)) {
      throw new Error(`knows ${KNOWN_ACTIONS.join(', ')}, not ${JSON.stringify(action)}`)
    }
    const isBlank = typeof rate === 'string' && rate.trim() === ''
    if (rate === null || rate === false || isBlank) {
      delete limits[action]
      continue
    }
    if (typeof rate !== 'string' || parseRates(rate) === undefined) {
      throw new Error(`has rates like "10/m/ip,5/300s/key", not ${JSON.stringify(rate)}`)
    }
    limits[action] = rate
  }
  return limits
}

/** An object of texts; what is in them is judged elsewhere. */
function parseTexts(raw: unknown): Readonly<Record<string, string>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new Error('must be an object of name and URL')
  }
  return Object.fromEntries(Object.entries(raw).map(([name, text]) => [name, String(text)]))
}
