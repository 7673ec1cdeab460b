/**
 * `manage doctor`: looks into a running service for everything that can be wrong, and says what fixes it. Read
 * only.
 */
import { parseArgs } from 'node:util'
import { deferredIndexes } from './import-django/deferred-indexes.ts'
import { readPulse, SAMPLE, type Pulse } from '../core/operator/pulse.sql.ts'
import type { Deps } from '../deps.ts'
import { lookAround, printChecks, type Check } from './check.ts'
import { checkWranglerConfig } from './check-wrangler-config.ts'
import { commonOptions, type Command } from './command.ts'
import { wantedTransports } from '../settings/mail-transports.ts'
import { counted } from './plural.ts'

const MINUTE_MS = 60_000
/** Mails that wait longer than this were not picked up: the cron handler runs every minute. */
const LATE_MS = 15 * MINUTE_MS
/**
 * Percent of logins that fail in ordinary times; ten times as many look like a list of stolen passwords (credential
 * stuffing).
 */
const MANY_FAILURES = 5
/** Below so many events, ratios mean nothing. */
const FEW_EVENTS = 100

/** Runs every check of `check`, then those of a running service. */
export const doctorCommand: Command = {
  usage: '[OPTIONS]',
  summary:
    'Runs check, then looks at the running service: cron, mails, password hashes, attacks, rights. Each problem comes with a fix.',
  options: {},
  run: async (args, io) => {
    const { values } = parseArgs({ args: [...args], options: commonOptions })
    const found = await lookAround(values, io, async (deps) => [
      ...checksOf(deps, await readPulse(deps.db, deps.now)),
      ...checkIndexes(await deferredIndexes(deps.db)),
    ])
    const checks = [...found, ...checkWranglerConfig(io.directory, values.env)]
    return printChecks(
      values.json,
      io,
      checks.map((check) => withFix(check)),
    )
  },
}

/** Adds to a check of `check` how it is fixed, where that says nothing. */
function withFix(check: Check): Check {
  const fix = check.fix ?? FIXES[check.name.replace(/\[\d+\]$/, '')]
  return check.status === 'ok' || fix === undefined ? check : { ...check, fix }
}

/** The fix for what `check` reports. */
const FIXES: Readonly<Record<string, string>> = {
  settings: 'Change the variables, then: npm run manage -- check',
  SECRET_KEY:
    'openssl rand -base64 48 | npx wrangler secret put SECRET_KEY (docs/deploy.md: the old one into SECRET_KEY_FALLBACKS)',
  database:
    'npx wrangler secret put TURSO_DATABASE_URL, and TURSO_AUTH_TOKEN: turso db tokens create NAME',
  migrations: 'npm run manage -- migrate',
  clock: 'Set the clock of this machine (timedatectl set-ntp true)',
  mail: 'npx wrangler secret put RESEND_API_KEY; PUBLIC_URL and DEFAULT_FROM_EMAIL in wrangler.toml (docs/mail.md)',
  CSRF_TRUSTED_ORIGINS: 'Add the origins to CSRF_TRUSTED_ORIGINS in wrangler.toml',
}

/** What a look into the database says. */
function checksOf(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  pulse: Pulse,
): readonly Check[] {
  return [
    checkCron(pulse, now),
    checkMails(pulse, now),
    checkHashes(pulse),
    checkFailures(pulse),
    checkReuse(pulse),
    checkWebhooks(pulse),
    checkLimits(settings),
    ...checkBounces(settings),
    ...checkRights(settings, pulse),
    ...checkProduction(settings),
  ]
}

/** Whether an import that was to make its indexes last has not come to its end. */
function checkIndexes(deferred: readonly string[]): readonly Check[] {
  if (deferred.length === 0) return []
  return [
    {
      name: 'indexes',
      status: 'warning',
      detail: `${counted(deferred.length, 'index is', 'indexes are')} missing (${deferred.join(', ')}): an import with --defer-indexes runs, or was killed, and logins are slow`,
      fix: 'Run the same import again; or, to use what has been imported: npm run manage -- migrate',
    },
  ]
}

/** Whether expired rows are being deleted, which shows that the cron trigger runs. */
function checkCron({ oldestExpiredAt }: Pulse, now: Date): Check {
  const name = 'cron'
  const lateMs = oldestExpiredAt === undefined ? 0 : now.getTime() - oldestExpiredAt.getTime()
  if (lateMs <= LATE_MS) return { name, status: 'ok', detail: 'what has expired is deleted' }
  return {
    name,
    status: 'warning',
    detail: `what expired ${minutes(lateMs)} ago is still there: the cron handler does not run`,
    fix: 'crons = ["* * * * *"] under [triggers] in wrangler.toml, then npm run deploy; now: npm run manage -- purge',
  }
}

/** Whether mails wait that should have been sent. */
function checkMails({ overdueMails, oldestOverdueAt }: Pulse, now: Date): Check {
  const name = 'outbox'
  const lateMs = oldestOverdueAt === undefined ? 0 : now.getTime() - oldestOverdueAt.getTime()
  if (lateMs <= LATE_MS) return { name, status: 'ok', detail: 'no mail is overdue' }
  return {
    name,
    status: 'warning',
    detail: `${counted(overdueMails, 'mail is', 'mails are')} overdue, the oldest by ${minutes(lateMs)}`,
    fix: 'npm run manage -- mail list says why; npm run manage -- mail test ADDRESS tries',
  }
}

/** Whether the newest hashes are of an algorithm that resists guessing. */
function checkHashes({ hashes }: Pulse): Check {
  const name = 'password hashes'
  const weak = hashes.filter(({ algorithm }) => /md5|sha1|^unsalted|^crypt/.test(algorithm))
  const described = (weak.length > 0 ? weak : hashes)
    .map(({ algorithm, count }) => `${count} ${algorithm}`)
    .join(', ')
  const read = hashes.reduce((sum, { count }) => sum + count, 0)
  const ofNewest = read < SAMPLE ? '' : `of the newest ${read} accounts `
  if (weak.length === 0)
    return { name, status: 'ok', detail: described === '' ? 'none' : ofNewest + described }
  return {
    name,
    status: 'warning',
    detail: `of the newest accounts, ${described} are easily guessed once stolen; a login makes each better`,
    fix: 'Who has not logged in: npm run manage -- user list --not-since TIME, then user send-reset USER',
  }
}

/** Whether failed logins are so many that they look like credential stuffing. */
function checkFailures({ logins, failedLogins }: Pulse): Check {
  const name = 'failed logins'
  const percent = Math.round((100 * failedLogins) / Math.max(1, logins + failedLogins))
  const detail = `${failedLogins} of the last hours, ${percent} of 100 tries`
  const isAttack = failedLogins > FEW_EVENTS && percent > MANY_FAILURES * 10
  if (!isAttack) return { name, status: 'ok', detail }
  return {
    name,
    status: 'warning',
    detail: `${detail}: somebody tries a list of passwords (credential stuffing)`,
    fix: 'Turnstile (docs/security.md), ACCOUNT_RATE_LIMITS lower; npm run manage -- audit --kind login_failed shows whom',
  }
}

/** Whether rotated refresh tokens were used again, which means stolen ones (RFC 9700 §4.14.2). */
function checkReuse({ reusedTokens }: Pulse): Check {
  const name = 'reused refresh tokens'
  if (reusedTokens === 0) return { name, status: 'ok', detail: 'none' }
  return {
    name,
    status: 'warning',
    detail: `${reusedTokens} in the last hours: stolen, or a client that refreshes twice`,
    fix: 'npm run manage -- audit --kind refresh_token_reused',
  }
}

/** Whether webhooks were given up. */
function checkWebhooks({ givenUpWebhooks }: Pulse): Check {
  const name = 'webhooks'
  if (givenUpWebhooks === 0) return { name, status: 'ok', detail: 'none was given up' }
  return {
    name,
    status: 'warning',
    detail: `${counted(givenUpWebhooks, 'message was', 'messages were')} given up: other systems have not heard of it`,
    fix: 'npm run manage -- webhooks list --failed says why; then npm run manage -- webhooks replay --all',
  }
}

/** Whether the rate limits are on. */
function checkLimits(settings: Deps['settings']): Check {
  const name = 'ACCOUNT_RATE_LIMITS'
  const { login, login_failed: failed } = settings.ACCOUNT_RATE_LIMITS
  if (login !== undefined && failed !== undefined) {
    return { name, status: 'ok', detail: `login ${login}, login_failed ${failed}` }
  }
  return {
    name,
    status: 'warning',
    detail: 'logins are not limited: passwords can be guessed as fast as the network goes',
    fix: 'Take ACCOUNT_RATE_LIMITS out of wrangler.toml, or set login and login_failed',
  }
}

/** Who sends mails, and by which setting they tell of bounces. Cloudflare does not report them. */
const TELLS_BY = {
  resend: 'RESEND_WEBHOOK_SECRETS',
  postmark: 'POSTMARK_WEBHOOK_CREDENTIALS',
  ses: 'SES_TOPIC_ARNS',
  http: 'MAIL_EVENT_SECRETS',
} as const

/** Whether the transport's bounce reports arrive, without which mails are still sent to dead addresses. */
function checkBounces(settings: Deps['settings']): readonly Check[] {
  return wantedTransports(settings).flatMap((transport) => {
    const setting = transport === 'cloudflare' ? undefined : TELLS_BY[transport]
    if (setting === undefined || settings[setting].length > 0) return []
    return [
      {
        name: setting,
        status: 'warning' as const,
        detail: `bounces and complaints of ${transport} are not heard: mails to dead mailboxes cost your reputation`,
        fix: `Set ${setting} (docs/mail.md#bounces-and-complaints)`,
      },
    ]
  })
}

/** Whether staff have second factors. */
function checkRights(settings: Deps['settings'], { staffWithoutFactor }: Pulse): readonly Check[] {
  const hasFactors = settings.MFA_ENABLED || settings.PASSKEYS_ENABLED
  if (!hasFactors || staffWithoutFactor === 0) return []
  return [
    {
      name: 'staff',
      status: 'warning',
      detail: `${counted(staffWithoutFactor, 'of the staff has', 'of the staff have')} no second factor`,
      fix: 'npm run manage -- user list --staff, then ask them',
    },
  ]
}

/** Whether settings of development are on in production. */
function checkProduction(settings: Deps['settings']): readonly Check[] {
  const isPublic = settings.PUBLIC_URL?.startsWith('https://') === true
  if (!isPublic || !settings.DEV_MAILBOX) return []
  return [
    {
      name: 'DEV_MAILBOX',
      status: 'failed',
      detail: 'everybody can read all mails, links to set passwords among them',
      fix: 'Take DEV_MAILBOX out of wrangler.toml',
    },
  ]
}

function minutes(ms: number): string {
  return counted(Math.round(ms / MINUTE_MS), 'minute')
}
