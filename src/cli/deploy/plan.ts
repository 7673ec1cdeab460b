/**
 * What a deployment still lacks, and what will be done about it. Pure: the situation goes in, the plan comes out,
 * so that every situation is tested without Cloudflare.
 */
import { missingMailLink } from '../../settings/mail-links.ts'
import { settingFaults } from '../../settings/check.ts'
import { RARE_CHECKS } from '../../settings/rare-checks.ts'
import { readSettings } from '../../settings/read.ts'
import { wrongSettings } from '../../settings/settings-error.ts'
import { SETTINGS, type Settings } from '../../settings/table.ts'
import { CommandError } from '../../manage/command.ts'
import { isKeyAlgorithm } from '../init/secrets.ts'
import { secretsFileName } from './secrets-file.ts'

/** What is known before anything is changed. */
export type Situation = {
  /** Settings in code and `[vars]` of `wrangler.toml`: what reaches the Worker besides its secrets. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Secrets that this machine knows, of its environment and of `.deploy.vars`. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  /** Names of the Worker's own secrets; `undefined` where they could not be read. */
  readonly secretNames: readonly string[] | undefined
  /** Whether what is made here is still here for the next deployment: not so in CI. */
  readonly canMakeSecrets: boolean
  /** `--env`. */
  readonly environment: string | undefined
  /** Name of the Worker. */
  readonly name: string
  readonly newSecret: () => string
}

/** What will be deployed. */
export type Plan = {
  /** As the Worker will have them, but for secrets that only it knows: those are made up. */
  readonly settings: Settings
  /** Secrets that go up with the Worker: it lacks them, and this machine knows them. */
  readonly upload: Readonly<Record<string, string>>
  /** Missing secrets, which are created. */
  readonly make: readonly MadeSecret[]
  /** Worth knowing, no reason to stop. */
  readonly warnings: readonly string[]
}

/** A secret that is only random. */
export type MadeSecret = 'SECRET_KEY' | 'SIMPLE_JWT_SIGNING_KEY'

/** The secrets that are taken from the environment, too. */
export const SECRETS = [
  'SECRET_KEY',
  'TURSO_DATABASE_URL',
  'TURSO_AUTH_TOKEN',
  'RESEND_API_KEY',
  'SIMPLE_JWT_SIGNING_KEY',
]

/**
 * Judges whether a deployment can work, and what it takes.
 *
 * @throws CommandError naming everything that is missing, and how to get it
 * @throws SettingsError
 */
export function planDeployment(situation: Situation): Plan {
  const absent = requiredNames(situation).filter((name) => !isThere(situation, name))
  const make = absent.filter((name) => isMade(situation, name))
  const missing = absent.filter((name) => !isMade(situation, name))
  if (missing.length > 0) {
    throw new CommandError(missing.map((name) => howToGet(name, situation)).join('\n'))
  }
  const settings = readKnown(situation)
  if (settings.DEV_MAILBOX) {
    throw new CommandError(
      'DEV_MAILBOX writes mails into the log, links and all: it is for development. Take it out.',
    )
  }
  return { settings, make, upload: uploadOf(situation), warnings: warningsOf(situation, settings) }
}

/** Secrets that these settings need. */
function requiredNames({ variables }: Situation): readonly string[] {
  const algorithm = algorithmOf(variables)
  const own = ['SECRET_KEY', 'TURSO_DATABASE_URL']
  return algorithm.startsWith('HS') ? own : [...own, 'SIMPLE_JWT_SIGNING_KEY']
}

/** The algorithm of JWTs; HS256 also where the settings cannot be read, which is reported elsewhere. */
function algorithmOf(variables: Situation['variables']): string {
  return readSettings(variables).settings.SIMPLE_JWT_ALGORITHM
}

function isMade({ canMakeSecrets, variables }: Situation, name: string): name is MadeSecret {
  if (!canMakeSecrets) return false
  const isKey = name === 'SIMPLE_JWT_SIGNING_KEY' && isKeyAlgorithm(algorithmOf(variables))
  return isKey || name === 'SECRET_KEY'
}

/** Nothing where the Worker could not be asked: it has its own. */
function uploadOf({ secrets, secretNames }: Situation): Plan['upload'] {
  const lacking = Object.entries(secrets).filter(
    (entry): entry is [string, string] =>
      !isEmpty(entry[1]) && secretNames?.includes(entry[0]) === false,
  )
  return Object.fromEntries(lacking)
}

/** What works and is unwise. */
function warningsOf(situation: Situation, settings: Settings): readonly string[] {
  const isResend =
    settings.MAIL_TRANSPORTS.length === 0 || settings.MAIL_TRANSPORTS.includes('resend')
  if (!isResend || isThere(situation, 'RESEND_API_KEY')) {
    const unlinked = missingMailLink(settings)
    return unlinked === undefined ? [] : [`Mails will wait: ${unlinked}`]
  }
  const how = howToSet('RESEND_API_KEY', situation)
  return [`The Worker has no RESEND_API_KEY, so mails will wait in the outbox: ${how}`]
}

/** The settings as far as this machine knows them; secrets that only the Worker knows are assumed valid. */
function readKnown(situation: Situation): Settings {
  const secrets = standIns(situation)
  const variables = known(situation)
  const read = readSettings({ ...secrets, ...variables })
  const isStandIn = (name: string) =>
    Object.hasOwn(secrets, name) && !Object.hasOwn(variables, name)
  const faults = settingFaults(read, RARE_CHECKS).filter(
    (fault) => !isStandIn(fault.split(' ')[0] ?? ''),
  )
  if (faults.length > 0) throw wrongSettings(faults)
  return read.settings
}

/** What this machine knows of the Worker's variables. */
function known({ variables, secrets }: Situation): Readonly<Record<string, unknown>> {
  const given = Object.entries(secrets).filter(([, value]) => !isEmpty(value))
  return { ...variables, ...Object.fromEntries(given) }
}

/** In the place of secrets that only the Worker knows: whether they are set decides what else must be. */
function standIns(situation: Situation): Readonly<Record<string, string>> {
  const { secretNames = [], newSecret } = situation
  const names = [...secretNames, ...requiredNames(situation)].filter(
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
function isThere({ secretNames, secrets, variables }: Situation, name: string): boolean {
  if (secretNames === undefined || secretNames.includes(name)) return true
  return !isEmpty(secrets[name]) || !isEmpty(variables[name])
}

/** Where a person gets a value that cannot be generated. */
function howToGet(name: string, situation: Situation): string {
  const { environment } = situation
  if (name !== 'TURSO_DATABASE_URL') {
    return `The Worker has no ${name}: ${howToSet(name, situation)}`
  }
  const file = secretsFileName(environment)
  const database = situation.name
  return `No database is named. At Turso (an account there costs nothing: https://turso.tech), with its command line:

  turso db create ${database}
  echo "TURSO_DATABASE_URL=$(turso db show ${database} --url)" >> ${file}
  echo "TURSO_AUTH_TOKEN=$(turso db tokens create ${database})" >> ${file}

Then run this again.`
}

function howToSet(name: string, { environment }: Situation): string {
  const option = environment === undefined ? '' : ` --env ${environment}`
  const put = `npx wrangler secret put ${name}${option}`
  return name === 'SECRET_KEY' ? `openssl rand -base64 48 | ${put}` : put
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
