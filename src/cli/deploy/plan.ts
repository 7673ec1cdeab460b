import { missingMailLink } from '../../settings/mail-links.ts'
import { settingFaults } from '../../settings/check.ts'
import { readSettings, wrongSettings } from '../../settings/read.ts'
import { SETTINGS, type Settings } from '../../settings/table.ts'
import { CommandError } from '../../manage/command.ts'

/** What is known before anything is changed. */
export type Situation = {
  /** `[vars]` of `wrangler.toml`: what reaches the Worker besides its secrets. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Secrets that this machine knows, too. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  /** Names of the Worker's own secrets; `undefined` where nobody could be asked. */
  readonly secretNames: readonly string[] | undefined
  /** `--env`. */
  readonly environment: string | undefined
  readonly newSecret: () => string
}

/** What will be deployed. */
export type Plan = {
  /** As the Worker will have them, but for secrets that only it knows: those are made up. */
  readonly settings: Settings
  /** Worth knowing, no reason to stop. */
  readonly warnings: readonly string[]
}

/** The secrets of a deployment; nothing works without the first two. */
export const SECRETS = [
  'SECRET_KEY',
  'TURSO_DATABASE_URL',
  'TURSO_AUTH_TOKEN',
  'RESEND_API_KEY',
  'SIMPLE_JWT_SIGNING_KEY',
]
const REQUIRED = SECRETS.slice(0, 2)

/**
 * Judges whether a deployment can work.
 *
 * @throws CommandError naming every secret that is missing, and how to set it
 * @throws SettingsError
 */
export function planDeployment(situation: Situation): Plan {
  const missing = REQUIRED.filter((name) => !isThere(situation, name))
  if (missing.length > 0) {
    const lines = missing.map((name) => `The Worker has no ${name}: ${howToSet(name, situation)}`)
    throw new CommandError(lines.join('\n'))
  }
  const settings = readKnown(situation)
  if (settings.DEV_MAILBOX) {
    throw new CommandError(
      'DEV_MAILBOX writes mails into the log, links and all: it is for development. Take it out.',
    )
  }
  const isResend =
    settings.MAIL_TRANSPORTS.length === 0 || settings.MAIL_TRANSPORTS.includes('resend')
  if (!isResend || isThere(situation, 'RESEND_API_KEY')) {
    const unlinked = missingMailLink(settings)
    return { settings, warnings: unlinked === undefined ? [] : [`Mails will wait: ${unlinked}`] }
  }
  const how = howToSet('RESEND_API_KEY', situation)
  return {
    settings,
    warnings: [`The Worker has no RESEND_API_KEY, so mails will wait in the outbox: ${how}`],
  }
}

/** The settings as far as this machine knows them; secrets that only the Worker knows are taken for good. */
function readKnown(situation: Situation): Settings {
  const secrets = standIns(situation)
  const variables = known(situation)
  const read = readSettings({ ...secrets, ...variables })
  const isStandIn = (name: string) =>
    Object.hasOwn(secrets, name) && !Object.hasOwn(variables, name)
  const faults = settingFaults(read).filter((fault) => !isStandIn(fault.split(' ')[0] ?? ''))
  if (faults.length > 0) throw wrongSettings(faults)
  return read.settings
}

/** What this machine knows of the Worker's variables. */
function known({ variables, secrets }: Situation): Readonly<Record<string, unknown>> {
  const given = Object.entries(secrets).filter(([, value]) => !isEmpty(value))
  return { ...variables, ...Object.fromEntries(given) }
}

/** In the place of secrets that only the Worker knows: whether they are set decides what else must be. */
function standIns({ secretNames, newSecret }: Situation): Readonly<Record<string, string>> {
  const names = (secretNames ?? []).filter(
    // The value of a setting has a shape that only a few of them do without.
    (name) => !Object.hasOwn(SETTINGS, name) || SHAPELESS.includes(name),
  )
  return {
    ...Object.fromEntries(names.map((name) => [name, STAND_IN])),
    TURSO_DATABASE_URL: 'https://known-to-the-worker-alone.example',
    SECRET_KEY: newSecret(),
  }
}

const STAND_IN = 'known-to-the-Worker-alone'
const SHAPELESS = [
  'TURSO_AUTH_TOKEN',
  'RESEND_API_KEY',
  'POSTMARK_SERVER_TOKEN',
  'SES_ACCESS_KEY_ID',
  'SES_SECRET_ACCESS_KEY',
  'SIMPLE_JWT_SIGNING_KEY',
]

/** Where the Worker could not be asked, everything is believed to be there. */
function isThere({ secretNames, variables }: Situation, name: string): boolean {
  return secretNames === undefined || secretNames.includes(name) || !isEmpty(variables[name])
}

function howToSet(name: string, { environment }: Situation): string {
  const option = environment === undefined ? '' : ` --env ${environment}`
  const put = `npx wrangler secret put ${name}${option}`
  return name === 'SECRET_KEY' ? `openssl rand -base64 48 | ${put}` : put
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
