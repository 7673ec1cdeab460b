/**
 * `manage check`: whether a deployment with these settings would work, before it goes live. Each check says what it
 * found and how to fix it; `doctor` adds what only a running service shows.
 */
import { parseArgs } from 'node:util'
import { readDatabaseState } from '../core/accounts/operator.sql.ts'
import { asciiDomain } from '../core/users/email.ts'
import type { Deps } from '../deps.ts'
import { MIGRATION_COUNT } from '../db/migrations.ts'
import { missingForMail, wantedTransports } from '../settings/mail-transports.ts'
import { missingMailLink } from '../settings/mail-links.ts'
import { SettingsError } from '../settings/parse.ts'
import {
  commonOptions,
  EXIT,
  type CommonValues,
  UnreachableError,
  type Command,
  type ExitCode,
  type Io,
} from './command.ts'
import { openCommandDeps } from './environment.ts'
import { statusText } from './table.ts'
import { untrustedOrigins } from '../settings/trusted-origins.ts'
import { uncountedRates } from '../settings/uncounted-rates.ts'

/** One check: its verdict, and what to run or set where it failed. */
export type Check = {
  readonly name: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly detail: string
  /** What to run or set to mend it. */
  readonly fix?: string
}

/** Checks settings, secrets, database and mail. */
export const checkCommand: Command = {
  usage: '[OPTIONS]',
  summary:
    'Checks settings, strength of secrets, database, migrations, mail key and clock. Exits with 1 when something failed.',
  options: {},
  run: check,
}

async function check(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: commonOptions })
  return printChecks(values.json, io, await lookAround(values, io))
}

/** Prints checks; returns the exit code. */
export function printChecks(isJson: boolean, io: Io, checks: readonly Check[]): ExitCode {
  if (isJson) io.out(`${JSON.stringify({ checks })}\n`)
  else
    for (const { name, status, detail, fix } of checks) {
      io.out(`${statusText(io, status)} ${name}: ${detail}\n`)
      if (fix !== undefined && status !== 'ok') io.out(`         ${fix}\n`)
    }
  return checks.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.done
}

/** Runs the checks; `more` follows where the database answers. */
export async function lookAround(
  values: CommonValues,
  io: Io,
  more?: (deps: Deps) => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  const checks: Check[] = []
  try {
    const { deps, probe } = openCommandDeps(values, io)
    checks.push({ name: 'settings', status: 'ok', detail: 'valid' })
    checks.push(...checkSecrets(deps.settings), ...checkOrigins(deps.settings))
    checks.push(
      ...uncountedRates(deps.settings).map((it) => ({ ...it, status: 'warning' as const })),
    )
    checks.push(...(await checkDatabase(deps, probe)))
    checks.push(await checkMail(deps))
    const isReady = checks.every(
      ({ name, status }) => status !== 'failed' || !/^(?:database|migrations)$/.test(name),
    )
    if (isReady && more !== undefined) checks.push(...(await more(deps)))
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    checks.push({ name: 'settings', status: 'failed', detail: error.message })
  }
  return checks
}

/** Whether origins that may send cookies are also trusted to write with them (CSRF). */
function checkOrigins(settings: Deps['settings']): readonly Check[] {
  const untrusted = untrustedOrigins(settings)
  if (untrusted.length === 0) return []
  const detail = `lacks ${untrusted.join(', ')} of CORS_ALLOWED_ORIGINS: logins and writes with cookies are refused there`
  return [{ name: 'CSRF_TRUSTED_ORIGINS', status: 'warning', detail }]
}

/**
 * 32 random bytes have about 20 different characters in base64; fewer than this are a word or a pattern.
 * Hexadecimal ones have at most 16.
 */
const MIN_DIFFERENT_CHARACTERS = 12

/** Whether secrets are random: a weak `SECRET_KEY` lets anyone forge tokens and reset links. */
function checkSecrets({
  SECRET_KEY,
  SECRET_KEY_FALLBACKS,
  SIMPLE_JWT_SIGNING_KEY,
}: Deps['settings']) {
  const ownFault = secretFault(SECRET_KEY)
  const checks: Check[] = [
    ownFault === undefined
      ? { name: 'SECRET_KEY', status: 'ok', detail: `${SECRET_KEY.length} characters` }
      : { name: 'SECRET_KEY', status: 'failed', detail: ownFault },
  ]
  for (const [index, fallback] of SECRET_KEY_FALLBACKS.entries()) {
    const name = `SECRET_KEY_FALLBACKS[${index}]`
    const fault = secretFault(fallback)
    // A known weak key opens every door for as long as it verifies.
    if (fault !== undefined) checks.push({ name, status: 'warning', detail: fault })
    if (fallback === SECRET_KEY) {
      checks.push({ name, status: 'warning', detail: 'is SECRET_KEY itself: leave it out' })
    }
  }
  if (SIMPLE_JWT_SIGNING_KEY !== undefined && !SIMPLE_JWT_SIGNING_KEY.includes('-----BEGIN')) {
    const fault = secretFault(SIMPLE_JWT_SIGNING_KEY)
    if (fault !== undefined) {
      checks.push({ name: 'SIMPLE_JWT_SIGNING_KEY', status: 'failed', detail: fault })
    }
  }
  return checks
}

/** Why a secret is too weak; `undefined` where it is not. */
function secretFault(secret: string): string | undefined {
  if (secret.startsWith('django-insecure-')) {
    return 'begins with django-insecure-: startproject made it for development'
  }
  if (new Set(secret).size < MIN_DIFFERENT_CHARACTERS) {
    return `has fewer than ${MIN_DIFFERENT_CHARACTERS} different characters; make one: openssl rand -base64 48`
  }
  return undefined
}

/** Clocks further apart than this make tokens and time-limited links misbehave. */
const MAX_CLOCK_DIFFERENCE_MS = 5_000

/** Whether the database answers, has all migrations, and a clock that agrees. */
async function checkDatabase(
  deps: Pick<Deps, 'db' | 'now' | 'elapsedMs'>,
  probe: () => Promise<void>,
): Promise<readonly Check[]> {
  try {
    await probe()
    const state = await readDatabaseState(deps.db)
    const startedMs = deps.elapsedMs()
    const second = await readDatabaseState(deps.db)
    const tookMs = deps.elapsedMs() - startedMs
    const hereMs = deps.now.getTime() + startedMs + tookMs / 2
    return [
      {
        name: 'database',
        status: 'ok',
        detail: `answers, ${Math.round(tookMs / 2)} ms a round trip`,
      },
      checkMigrations(state.migrations ?? 0),
      checkClock(second.nowMs - hereMs, 'the database'),
    ]
  } catch (error) {
    const detail = error instanceof UnreachableError ? error.message : 'answers with an error'
    return [{ name: 'database', status: 'failed', detail }]
  }
}

/** Whether the schema is that of this version. */
function checkMigrations(applied: number): Check {
  const name = 'migrations'
  const known = MIGRATION_COUNT
  if (applied < known) {
    return {
      name,
      status: 'failed',
      detail: `${known - applied} missing: npm run manage -- migrate`,
    }
  }
  if (applied > known) {
    return { name, status: 'warning', detail: 'the database is newer than this version' }
  }
  return { name, status: 'ok', detail: `all ${known} applied` }
}

/** Whether the clocks of this machine and the database agree. */
function checkClock(differenceMs: number, other: string): Check {
  const seconds = Math.round(Math.abs(differenceMs) / 100) / 10
  const detail = `${seconds} s away from that of ${other}`
  const isFar = Math.abs(differenceMs) > MAX_CLOCK_DIFFERENCE_MS
  return { name: 'clock', status: isFar ? 'warning' : 'ok', detail }
}

const RESEND_DOMAINS_URL = 'https://api.resend.com/domains'
const MAIL_TIMEOUT_MS = 10_000

/** Whether the transport would accept mails from the configured sender. */
async function checkMail({ settings, fetch }: Pick<Deps, 'settings' | 'fetch'>): Promise<Check> {
  const name = 'mail'
  const key = settings.RESEND_API_KEY
  if (settings.DEV_MAILBOX) {
    return { name, status: 'warning', detail: 'DEV_MAILBOX is on: mails are shown, none is sent' }
  }
  const unset = missingForMail(settings)
  if (unset !== undefined) {
    return { name, status: 'warning', detail: `${unset} is not set: mails wait in the outbox` }
  }
  const missing = missingMailLink(settings)
  if (missing !== undefined) return { name, status: 'failed', detail: `${missing}; mails wait` }
  const wanted = wantedTransports(settings)
  if (key === undefined || !wanted.includes('resend')) {
    return {
      name,
      status: 'ok',
      detail: `${wanted.join(', ')}: npm run manage -- mail test tries it`,
    }
  }
  try {
    const response = await fetch(RESEND_DOMAINS_URL, {
      headers: { Authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(MAIL_TIMEOUT_MS),
    })
    return mailCheck(response.status, await response.text(), settings.DEFAULT_FROM_EMAIL)
  } catch {
    return { name, status: 'failed', detail: 'Resend cannot be reached' }
  }
}

/**
 * Reads Resend's answer. A key that may only send is refused the list of domains, with an error of that name; then
 * nothing more can be checked.
 */
export function mailCheck(status: number, body: string, from: string): Check {
  const name = 'mail'
  if (status === 401 && body.includes('restricted_api_key')) {
    return { name, status: 'ok', detail: 'the key is accepted (it may only send)' }
  }
  if (status !== 200)
    return { name, status: 'failed', detail: `Resend refuses the key (${status})` }
  const given = /^@([^>\s]+)/.exec(from.slice(from.lastIndexOf('@')))?.[1] ?? ''
  const domain = asciiDomain(given) ?? given
  const isVerified = domainsOf(body).some(
    (own) => own.status === 'verified' && (domain === own.name || domain.endsWith(`.${own.name}`)),
  )
  if (isVerified)
    return { name, status: 'ok', detail: `the key is accepted, ${domain} is verified` }
  return {
    name,
    status: 'failed',
    detail: `${domain} of DEFAULT_FROM_EMAIL is no verified domain at Resend`,
  }
}

/** The domains in Resend's answer. */
function domainsOf(body: string): readonly { readonly name: string; readonly status: string }[] {
  const answer: unknown = JSON.parse(body)
  if (typeof answer !== 'object' || answer === null || !('data' in answer)) return []
  if (!Array.isArray(answer.data)) return []
  return answer.data.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return []
    if (!('name' in entry) || !('status' in entry)) return []
    if (typeof entry.name !== 'string' || typeof entry.status !== 'string') return []
    return [{ name: asciiDomain(entry.name) ?? entry.name, status: entry.status }]
  })
}
