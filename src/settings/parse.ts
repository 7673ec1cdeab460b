import { accountSettings } from './account.ts'
import { cookieFaults } from './cookie-faults.ts'
import { corsSettings } from './cors.ts'
import { djangoSettings } from './django.ts'
import { jwtKeyFaults } from './jwt-keys.ts'
import { ourSettings } from './ours.ts'
import { unlinkedMails } from './mail-links.ts'
import { pageSettings } from './pages.ts'
import { removedSettings } from './removed.ts'
import { restAuthSettings } from './rest-auth.ts'
import type { Setting, SettingValues } from './setting.ts'
import { simpleJwtSettings } from './simple-jwt.ts'
import { fillFromVariables, socialProviderSettings } from './social-providers.ts'

/** Every setting by its name: what the README's table and the unknown-name check are made of. */
export const SETTINGS = {
  ...ourSettings,
  ...pageSettings,
  ...restAuthSettings,
  ...simpleJwtSettings,
  ...accountSettings,
  ...djangoSettings,
  ...corsSettings,
  ...socialProviderSettings,
} as const

/** The parsed settings of a deployment; frozen. */
export type Settings = SettingValues<typeof SETTINGS>

/** A deployment's settings are wrong; the message names every fault, one a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** The one message about faults: what is wrong, and where it is set. */
export function wrongSettings(faults: readonly string[]): SettingsError {
  const lines = faults.map((fault) => `- ${fault}`)
  return new SettingsError(['Settings are wrong:', ...lines, WHERE].join('\n'))
}

const WHERE =
  'Set them in wrangler.toml under [vars]; secrets with `npx wrangler secret put NAME`; on your machine, secrets in .dev.vars.'

/** Names that belong to us: an unknown one is a mistake, not somebody else's variable. */
const OUR_NAME =
  /^(?:JWT_AUTH_|SIMPLE_JWT_|ACCOUNT_|SOCIALACCOUNT_|HEADLESS_|CORS_|CSRF_|SESSION_COOKIE_|PASSWORD_|REST_AUTH_|REFRESH_TOKEN_)/

const MIN_SECRET_BYTES = 32

/**
 * Reads settings from Worker variables. Unrelated variables are ignored; a bad value, an unknown name
 * with one of our prefixes, or a near miss of a known name is a fault, and all faults are told at once.
 *
 * @throws SettingsError
 */
export function parseSettings(env: Readonly<Record<string, unknown>>): Settings {
  const faults: string[] = []
  const isExact = String(env['DJANGO_COMPATIBILITY']).toLowerCase() === 'exact'
  const values: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const raw = env[name]
    values[name] = isExact ? definition.exact : definition.default
    if (raw === undefined) continue
    try {
      values[name] = definition.parse(raw)
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : 'is wrong'}`)
    }
  }
  faults.push(...unknownNames(Object.keys(env)))
  // The keys of SETTINGS are the keys of values; the loop above is the only writer.
  const parsed = values as Settings
  const apps = fillFromVariables(parsed.SOCIALACCOUNT_PROVIDERS, env, parsed)
  const settings: Settings = { ...parsed, SOCIALACCOUNT_PROVIDERS: apps }
  faults.push(...contradictions(settings))
  if (faults.length > 0) throw wrongSettings(faults)
  return Object.freeze(settings)
}

function unknownNames(names: readonly string[]): string[] {
  const faults: string[] = []
  for (const name of names) {
    if (Object.hasOwn(SETTINGS, name)) continue
    const removed = removedSettings[name]
    if (removed !== undefined) {
      faults.push(`${name} ${removed}`)
      continue
    }
    const near = nearestName(name)
    if (near !== undefined) faults.push(`${name} is unknown; did you mean ${near}?`)
    else if (OUR_NAME.test(name)) faults.push(`${name} is unknown`)
  }
  return faults
}

function contradictions(settings: Settings): string[] {
  const faults: string[] = []
  for (const key of [settings.SECRET_KEY, ...settings.SECRET_KEY_FALLBACKS]) {
    if (new TextEncoder().encode(key).length < MIN_SECRET_BYTES) {
      faults.push(
        `SECRET_KEY (and each of SECRET_KEY_FALLBACKS) must have at least ${MIN_SECRET_BYTES} bytes; make one: openssl rand -base64 48`,
      )
      break
    }
  }
  if (settings.TURSO_DATABASE_URL === '') {
    faults.push('TURSO_DATABASE_URL is missing: libsql://NAME.turso.io, or http://127.0.0.1:8080')
  }
  faults.push(...jwtKeyFaults(settings))
  if (settings.CORS_ALLOW_ALL_ORIGINS && settings.CORS_ALLOW_CREDENTIALS) {
    faults.push('CORS_ALLOW_ALL_ORIGINS and CORS_ALLOW_CREDENTIALS cannot both be on')
  }
  if (settings.JWT_AUTH_SAMESITE === 'None' && !settings.JWT_AUTH_SECURE) {
    faults.push(
      'JWT_AUTH_SAMESITE "None" needs JWT_AUTH_SECURE: browsers drop the cookie otherwise',
    )
  }
  faults.push(...pageFaults(settings))
  faults.push(...cookieFaults(settings))
  return faults
}

function pageFaults(settings: Settings): readonly string[] {
  const unlinked = unlinkedMails(settings)
  const faults: string[] = []
  if (!settings.BUILT_IN_PAGES && unlinked.length > 0) {
    faults.push(
      `HEADLESS_FRONTEND_URLS needs ${unlinked.join(' and ')}: with BUILT_IN_PAGES off, links in mails lead nowhere else`,
    )
  }
  if (settings.DEV_MAILBOX && settings.RESEND_API_KEY !== undefined) {
    faults.push(
      'DEV_MAILBOX shows everybody all mails, so it cannot be on where RESEND_API_KEY sends them; take one of them out',
    )
  }
  return faults
}

/** The known name that differs from `name` by one edit, for names long enough to be no coincidence. */
function nearestName(name: string): string | undefined {
  if (name.length < MIN_NEAR_LENGTH) return undefined
  return Object.keys(SETTINGS).find(
    (known) => known.length >= MIN_NEAR_LENGTH && isOneEditApart(name, known),
  )
}

/** As long as `USE_JWT`. */
const MIN_NEAR_LENGTH = 7

/** One letter more, less or other, or two neighbours swapped. */
function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  let end = 0
  const room = Math.min(a.length, b.length) - start
  while (end < room && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  const apart = Math.max(a.length, b.length) - start - end
  const isSwap = apart === 2 && a[start] === b[start + 1] && a[start + 1] === b[start]
  return apart <= 1 || (isSwap && a.length === b.length)
}
