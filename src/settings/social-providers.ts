/** allauth's `SOCIALACCOUNT_*` settings, and the apps of providers. */
import { meaning } from './meaning.ts'
import { parseBoolean } from './raw-value.ts'
import { flag, oneOf, string, structured } from './setting.ts'

/** One application registered with a provider, as an operator declares it. */
export type SocialApp = {
  /** Key in `SOCIALACCOUNT_PROVIDERS`, which names the protocol: `facebook`, `openid_connect`. */
  readonly provider: string
  /** What URLs and accounts are named after: the same, or an OpenID Connect app's `provider_id`. */
  readonly providerId: string
  readonly name: string
  /** Ours first; the others (native apps) may only be the audience of a token. Empty: not set up. */
  readonly clientIds: readonly string[]
  readonly secret: string
  /** allauth's `key`: Apple's team id. */
  readonly key: string
  /** Redirect URIs that a code may have been sent to, compared letter by letter; the first is the default. */
  readonly callbackUrls: readonly string[]
  /** Replaces the provider's default scopes. */
  readonly scope: readonly string[] | undefined
  /** Added to the authorization URL. */
  readonly authParams: Readonly<Record<string, string>>
  /** Addresses to believe although the provider does not vouch for them: all, or of these domains. */
  readonly verifiedEmail: boolean | readonly string[]
  /** What only this provider knows: `server_url`, `tenant`, `certificate_key`, `version`. */
  readonly settings: Readonly<Record<string, unknown>>
  /** An app of plain variables counts only where a provider of that name exists. */
  readonly declaredBy: 'setting' | 'variables'
}

/** Apps by `providerId`. */
export type SocialApps = Readonly<Record<string, SocialApp>>

/** Apps at social providers, and what their protocols leave to the operator. */
export const socialProviderSettings = {
  SOCIALACCOUNT_PROVIDERS: structured<SocialApps>(
    parseSocialApps,
    {},
    meaning(
      "Apps by provider in allauth's spelling; or FACEBOOK_CLIENT_ID, FACEBOOK_CLIENT_SECRET … each.",
    ),
  ),
  FACEBOOK_GRAPH_API_VERSION: string(
    { safe: 'v25.0', exact: 'v19.0' },
    meaning("Version of Facebook's API; VERSION in SOCIALACCOUNT_PROVIDERS goes before it."),
  ),
  SOCIALACCOUNT_PROVIDER_DOWN: oneOf(
    ['unavailable', 'rejected'],
    { safe: 'unavailable', exact: 'rejected' },
    meaning(
      "A provider's own 5xx or 429 is answered by 503 (unavailable) or as a bad token (rejected).",
    ),
  ),
  SOCIAL_LOGIN_SESSIONS: flag(
    { safe: false, exact: true },
    meaning(
      'Social logins open a session even where SESSION_LOGIN is off; refused ones leave an empty one, as does connecting at Twitter.',
    ),
  ),
  HONOUR_EMAIL_AUTHENTICATION: flag(
    { safe: true, exact: false },
    meaning(
      'SOCIALACCOUNT_EMAIL_AUTHENTICATION works without SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT.',
    ),
  ),
  HONOUR_STORE_TOKENS: flag(
    { safe: true, exact: false },
    meaning('With SOCIALACCOUNT_STORE_TOKENS, a new social account can be made at all.'),
  ),
} as const

/** Reads `SOCIALACCOUNT_PROVIDERS`; the error names every fault. */
function parseSocialApps(raw: unknown): SocialApps {
  if (!isRecord(raw)) throw new Error('must be an object of provider and app')
  const faults: string[] = []
  const apps: Record<string, SocialApp> = {}
  for (const [provider, options] of Object.entries(raw)) {
    if (!/^[a-z][a-z0-9_-]*$/.test(provider)) {
      faults.push(`names a provider ${JSON.stringify(provider)}: small letters, digits and _ only`)
    } else if (!isRecord(options)) {
      faults.push(`needs an object for ${provider}`)
    } else {
      for (const app of appsOf(provider, options, faults)) {
        const { providerId } = app
        if (Object.hasOwn(apps, providerId)) faults.push(`has two providers named ${providerId}`)
        apps[providerId] = app
      }
    }
  }
  if (faults.length > 0) throw new Error(faults.join('; '))
  return apps
}

/**
 * Lays plain variables over the apps: `GOOGLE_CLIENT_ID`, `GOOGLE_CLIENT_SECRET` …, where the first
 * word is the app's `providerId`. Secrets can so be kept out of `SOCIALACCOUNT_PROVIDERS`. An app
 * without a client id is dropped: the provider does not exist.
 */
export function fillFromVariables(
  apps: SocialApps,
  env: Readonly<Record<string, unknown>>,
  defaults: { readonly FACEBOOK_GRAPH_API_VERSION: string },
): SocialApps {
  const filled: Record<string, SocialApp> = {}
  const ids = new Set([...Object.keys(apps), ...idsWithClientIds(env)])
  for (const id of ids) {
    const known = Object.hasOwn(apps, id) ? apps[id] : undefined
    const app = fillApp(known ?? { ...EMPTY_APP, provider: id, providerId: id, name: id }, env)
    if (app.clientIds.length === 0 && textOf(app.settings['oauth2_client_id']) === '') continue
    filled[id] = app.provider === 'facebook' ? withVersion(app, defaults) : app
  }
  return foldOAuth2(filled, env)
}

/**
 * allauth has X twice, `twitter` (OAuth 1.0a) and `twitter_oauth2`, each with its own credentials; here
 * both are one provider, and the second app becomes `oauth2_client_id` and `oauth2_secret` of the first.
 */
function foldOAuth2(apps: SocialApps, env: Readonly<Record<string, unknown>>): SocialApps {
  const folded: Record<string, SocialApp> = {}
  for (const [id, app] of Object.entries(apps)) {
    if (!app.provider.endsWith('_oauth2')) folded[id] = app
  }
  for (const app of Object.values(apps)) {
    if (!app.provider.endsWith('_oauth2')) continue
    const base = app.provider.slice(0, -'_oauth2'.length)
    const known = Object.hasOwn(folded, base) ? folded[base] : undefined
    const first = known ?? withoutConsumer(app, base)
    const callbackUrls = [
      first.callbackUrls,
      app.callbackUrls,
      stringsOf(env[`${base.toUpperCase()}_CALLBACK_URL`]),
    ].find((urls) => urls.length > 0)
    folded[base] = {
      ...first,
      callbackUrls: callbackUrls ?? [],
      settings: {
        ...first.settings,
        oauth2_client_id: app.clientIds[0],
        oauth2_secret: app.secret,
      },
    }
  }
  const { twitter } = folded
  // OAuth 1.0a has no codes: nothing can come back from X, and no button may lead there.
  if (twitter !== undefined && textOf(twitter.settings['oauth2_client_id']) === '') {
    folded['twitter'] = { ...twitter, callbackUrls: [] }
  }
  return folded
}

/** OAuth 2.0 alone: there is no consumer that could sign an OAuth 1.0a call. */
function withoutConsumer(app: SocialApp, id: string): SocialApp {
  return { ...app, provider: id, providerId: id, name: id, clientIds: [], secret: '' }
}

function withVersion(
  app: SocialApp,
  defaults: { readonly FACEBOOK_GRAPH_API_VERSION: string },
): SocialApp {
  return { ...app, settings: { version: defaults.FACEBOOK_GRAPH_API_VERSION, ...app.settings } }
}

const EMPTY_APP: Omit<SocialApp, 'provider' | 'providerId' | 'name'> = {
  clientIds: [],
  secret: '',
  key: '',
  callbackUrls: [],
  scope: undefined,
  authParams: {},
  verifiedEmail: false,
  settings: {},
  declaredBy: 'variables',
}

const APP_KEYS = [
  'provider',
  'provider_id',
  'name',
  'client_id',
  'secret',
  'key',
  'callback_url',
  'settings',
  'certificate_key',
  'hidden',
]

/** allauth: `APPS` (or one `APP`) under a provider's own options; `provider_id` makes an app of its own. */
function appsOf(
  provider: string,
  options: Readonly<Record<string, unknown>>,
  faults: string[],
): readonly SocialApp[] {
  const declared = [...listOf(options['APPS']), ...listOf(options['APP'])]
  const entries = declared.length === 0 ? [{}] : declared
  const apps = new Map<string, SocialApp>()
  for (const [index, entry] of entries.entries()) {
    const place = `${provider}.APPS[${index}]`
    if (!isRecord(entry)) {
      faults.push(`needs an object for ${place}`)
      continue
    }
    const unknown = Object.keys(entry).filter((key) => !APP_KEYS.includes(key))
    if (unknown.length > 0) {
      faults.push(`has ${unknown.join(', ')} in ${place}; known are ${APP_KEYS.join(', ')}`)
    }
    const providerId = textOf(entry['provider_id']) || provider
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(providerId)) {
      faults.push(
        `has the provider_id ${JSON.stringify(providerId)} in ${place}: a-z, 0-9, _, - only`,
      )
      continue
    }
    const app = appOf({ provider, providerId }, entry, options)
    faults.push(...trustFaults(app, place))
    const first = apps.get(providerId)
    apps.set(
      providerId,
      first === undefined ? app : { ...first, clientIds: [...first.clientIds, ...app.clientIds] },
    )
  }
  return [...apps.values()]
}

/** One app: its own `settings` (small letters) go before the provider's options (capitals). */
function appOf(
  names: { readonly provider: string; readonly providerId: string },
  entry: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>>,
): SocialApp {
  const own = isRecord(entry['settings']) ? entry['settings'] : {}
  const settings: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'APP' && name !== 'APPS') settings[name.toLowerCase()] = value
  }
  Object.assign(settings, own)
  if (entry['certificate_key'] !== undefined) settings['certificate_key'] = entry['certificate_key']
  for (const name of ['verified_email', 'email_authentication']) {
    const value = settings[name]
    if (typeof value === 'string') settings[name] = truthOf(value) ?? value
  }
  const callbackUrls = stringsOf(entry['callback_url'] ?? settings['callback_url'])
  const verified = settings['verified_email']
  return {
    provider: names.provider,
    providerId: names.providerId,
    name: textOf(entry['name']) || names.providerId,
    clientIds: clientIdsOf(entry['client_id']),
    secret: textOf(entry['secret']),
    key: textOf(entry['key']),
    callbackUrls,
    scope: settings['scope'] === undefined ? undefined : stringsOf(settings['scope']),
    authParams: textsOf(settings['auth_params']),
    verifiedEmail: typeof verified === 'boolean' ? verified : stringsOf(verified),
    settings,
    declaredBy: 'setting',
  }
}

/** Whose verification is trusted must be explicit: an unreadable value must not count as no. */
function trustFaults({ settings }: SocialApp, place: string): readonly string[] {
  const { verified_email: verified, email_authentication: authenticates } = settings
  const isTrust =
    [undefined, true, false].includes(verified as boolean) ||
    typeof verified === 'string' ||
    (Array.isArray(verified) && verified.every((domain) => typeof domain === 'string'))
  return [
    ...(isTrust ? [] : [`needs true, false or a list of domains as VERIFIED_EMAIL of ${place}`]),
    ...([undefined, true, false].includes(authenticates as boolean)
      ? []
      : [`needs true or false as EMAIL_AUTHENTICATION of ${place}`]),
  ]
}

/** A boolean in words; `undefined` for other words: `VERIFIED_EMAIL` may name domains. */
function truthOf(text: string): boolean | undefined {
  try {
    return parseBoolean(text)
  } catch {
    return undefined
  }
}

/** Providers whose client id is a variable of its own, so that no JSON is needed for the common case. */
function idsWithClientIds(env: Readonly<Record<string, unknown>>): readonly string[] {
  const names = Object.keys(env).filter((name) => name.endsWith('_CLIENT_ID'))
  return names.flatMap((name) => {
    const match = /^([A-Z][A-Z0-9_]*)_CLIENT_ID$/.exec(name)
    return match?.[1] === undefined ? [] : [match[1].toLowerCase()]
  })
}

/** The variables of one app, e.g. for Apple: `APPLE_KEY_ID`, `APPLE_TEAM_ID`, `APPLE_CERTIFICATE_KEY`. */
function fillApp(app: SocialApp, env: Readonly<Record<string, unknown>>): SocialApp {
  const prefix = app.providerId.toUpperCase().replaceAll('-', '_')
  const read = (suffix: string): string => textOf(env[`${prefix}_${suffix}`]).trim()
  const settings: Record<string, unknown> = { ...app.settings }
  for (const name of ['SERVER_URL', 'TENANT', 'CERTIFICATE_KEY']) {
    if (read(name) !== '') settings[name.toLowerCase()] = read(name)
  }
  const clientIds = clientIdsOf(read('CLIENT_ID'))
  const callbackUrls = stringsOf(read('CALLBACK_URL'))
  return {
    ...app,
    clientIds: clientIds.length > 0 ? clientIds : app.clientIds,
    secret: read('CLIENT_SECRET') || read('KEY_ID') || app.secret,
    key: read('CLIENT_KEY') || read('TEAM_ID') || app.key,
    callbackUrls: callbackUrls.length > 0 ? callbackUrls : app.callbackUrls,
    settings,
  }
}

function clientIdsOf(raw: unknown): readonly string[] {
  return textOf(raw)
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** Strings and numbers (Facebook's app ids) as text; anything else is nothing. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : ''
}

function stringsOf(value: unknown): readonly string[] {
  const parts = typeof value === 'string' ? value.split(/[\s,]+/) : listOf(value)
  return parts.filter((part): part is string => typeof part === 'string' && part !== '')
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, String(part)]))
}
