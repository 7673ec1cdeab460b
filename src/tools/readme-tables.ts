/** Writes generated tables of the documentation: settings, differences. */
import { adminSettings } from '../settings/admin.ts'
import { accountLifecycleSettings } from '../settings/account-lifecycle.ts'
import { accountSettings } from '../settings/account.ts'
import { claimSettings } from '../settings/claims.ts'
import { hookSettings } from '../settings/hooks.ts'
import { compatibilitySettings } from '../settings/compatibility.ts'
import { corsSettings } from '../settings/cors.ts'
import { ownFieldSettings } from '../settings/own-fields.ts'
import { djangoSettings } from '../settings/django.ts'
import { ourSettings } from '../settings/ours.ts'
import { webhookSettings } from '../settings/webhooks.ts'
import { mailSettings } from '../settings/mail.ts'
import { pageSettings } from '../settings/pages.ts'
import { SETTINGS } from '../settings/parse.ts'
import { passwordlessSettings } from '../settings/passwordless.ts'
import { restAuthSettings } from '../settings/rest-auth.ts'
import { secondFactorSettings } from '../settings/second-factor.ts'
import type { Setting } from '../settings/setting.ts'
import { simpleJwtSettings } from '../settings/simple-jwt.ts'
import { socialProviderSettings } from '../settings/social-providers.ts'

type Table = Readonly<Record<string, Setting<unknown>>>

/** The groups of settings, each after the package that its names come from. */
export const SETTING_GROUPS: readonly (readonly [title: string, table: Table])[] = [
  ['This service', ourSettings],
  ['Where this service is safer than dj-rest-auth', compatibilitySettings],
  [
    'Accounts: leaked passwords, addresses, devices, leaving, invitations',
    accountLifecycleSettings,
  ],
  ['Sending mails', mailSettings],
  ['Fields, rights and claims of your own', { ...ownFieldSettings, ...claimSettings }],
  ['Webhooks', webhookSettings],
  ['Hooks', hookSettings],
  ["The operator's API and page", adminSettings],
  ['Pages and mails', pageSettings],
  ["dj-rest-auth's `REST_AUTH`, and Django REST framework's", restAuthSettings],
  ["simplejwt's `SIMPLE_JWT`", simpleJwtSettings],
  ["dj-rest-auth's second factors and passkeys", secondFactorSettings],
  ["allauth's codes by mail", passwordlessSettings],
  ["allauth's", accountSettings],
  ["Django's", djangoSettings],
  ["django-cors-headers'", corsSettings],
  ["Social providers'", socialProviderSettings],
]

/** Defaults whose value inside is not how an operator writes them. */
const WRITTEN: Readonly<Record<string, string>> = {
  ACCOUNT_SIGNUP_FIELDS: 'username*,email,password1*,password2*',
  AUTH_PASSWORD_VALIDATORS: JSON.stringify(
    ['UserAttributeSimilarity', 'MinimumLength', 'CommonPassword', 'NumericPassword'].map(
      (name) => ({ NAME: `django.contrib.auth.password_validation.${name}Validator` }),
    ),
  ),
}

/** A default as an operator would write it; empty where there is none. */
export function writtenDefault(name: string, value: unknown): string {
  const written = WRITTEN[name]
  if (written !== undefined) return written
  if (value === undefined || value === null) return ''
  if (name === 'ACCOUNT_RATE_LIMITS' && JSON.stringify(value) === '{}') return 'false'
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) {
    return value.join(',')
  }
  return JSON.stringify(value)
}

/** Every setting with its default and meaning, in Markdown. */
function settingsTables(): string {
  return SETTING_GROUPS.map(([title, table]) => {
    const rows = Object.entries(table).map(([name, setting]) => [
      code(name),
      code(writtenDefault(name, setting.default)),
      setting.meaning.text,
    ])
    return `**${title}**\n\n${markdownTable(['setting', 'default', 'meaning'], rows)}`
  }).join('\n\n')
}

/** The settings whose default depends on `DJANGO_COMPATIBILITY`, in Markdown. */
export function differencesTable(): string {
  const rows = Object.entries<Setting<unknown>>(SETTINGS)
    .map(([name, setting]) => ({
      name,
      exact: writtenDefault(name, setting.exact),
      safe: writtenDefault(name, setting.default),
      meaning: setting.meaning.text,
    }))
    .filter(({ exact, safe }) => exact !== safe)
    .map(({ name, exact, safe, meaning }) => [code(name), code(exact), code(safe), meaning])
  return markdownTable(['setting', 'exact', 'safe', 'meaning'], rows)
}

/** The generated pages of `docs/`, by file name. Prettier leaves them alone: it would pad every column. */
export function generatedPages(): Readonly<Record<string, string>> {
  return {
    'settings.md': `# Settings

Worker variables under upstream's names, strings or TOML/JSON values, or as settings.py has them: \`('username', 'email')\`,
\`{'USE_JWT': True}\`, \`timedelta(days=1)\`. \`createRestAuth({ settings })\` takes the same names in code.
A bad value, or an unknown name with one of these prefixes, stops the Worker with one message that names every fault. Written
by \`npm run readme\`.

${settingsTables()}
`,
    'differences.md': `# Differences from dj-rest-auth

Settings whose default depends on \`DJANGO_COMPATIBILITY\`. What is never copied, in either mode, is listed by rule in
\`test/conformance/differences.ts\`. Written by \`npm run readme\`.

${differencesTable()}
`,
  }
}

function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Text as code; nothing where there is none. */
function code(text: string): string {
  return text === '' ? '' : `\`${text}\``
}
