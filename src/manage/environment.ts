/**
 * Opens what the Worker would have: the same settings from the same sources, the same database and mail transport.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { databaseFault, isDeadline } from '../db/constraint.ts'
import { ping } from '../db/ping.ts'
import type { Deps } from '../deps.ts'
import { platform, type Platform } from '../platform.ts'
import { openDeps } from '../request-deps.ts'
import { parseSettings, SettingsError, type Settings } from '../settings/parse.ts'
import {
  UnreachableError,
  UsageError,
  type CommandDeps,
  type CommonValues,
  type Io,
} from './command.ts'
import { readTextFile } from './text.ts'
import { readWranglerConfig, tableOf, wranglerConfigName } from './wrangler-config.ts'
import { isUrl } from '../is-url.ts'

/** Longer than the Worker's: an operator's batch may be larger than any request's. */
const DATABASE_TIMEOUT_MS = 60_000

/** Of what makes tables and indexes: that of five million tokens took 46 s on a busy machine. Given up, it would begin anew. */
const SCHEMA_TIMEOUT_MS = 600_000

/**
 * The variables that the Worker would see, later ones overriding earlier: settings in code, `[vars]` of
 * `wrangler.toml`, the file of secrets (`.dev.vars`), the environment, options of the command.
 */
export function readVariables(values: CommonValues, io: Io): Readonly<Record<string, unknown>> {
  const variables: Record<string, unknown> = {
    ...io.settingsInCode,
    ...wranglerVariables(values.env, io),
    ...secretVariables(values['secrets-file'] ?? values['env-file'], io),
    ...io.env,
  }
  if (values['database-url'] !== undefined) {
    variables['TURSO_DATABASE_URL'] = values['database-url']
    // `--database-url` names another database: the configured token must not be sent there.
    delete variables['TURSO_AUTH_TOKEN']
  }
  if (values['database-token'] !== undefined) {
    variables['TURSO_AUTH_TOKEN'] = values['database-token']
  }
  return variables
}

/** The dependencies of a command. */
export function openCommandDeps(values: CommonValues, io: Io): CommandDeps {
  const variables = readVariables(values, io)
  const settings = parseSettings(variables)
  if (!isUrl(settings.TURSO_DATABASE_URL)) {
    throw new SettingsError(`TURSO_DATABASE_URL is no URL: ${settings.TURSO_DATABASE_URL}`)
  }
  let deferred: Promise<unknown>[] = []
  const outside: Platform = {
    ...platform,
    fetch: uncompressedNear(settings.TURSO_DATABASE_URL),
    defer: (work) => deferred.push(work),
    log: (line) => {
      io.say(`${JSON.stringify(line)}\n`)
    },
    client: { address: '', country: '', userAgent: 'manage' },
  }
  const patiently = (leastMs: number): Deps => {
    const timeoutMs = Math.max(settings.DATABASE_TIMEOUT_MS, leastMs)
    return openDeps(parseSettings({ ...variables, DATABASE_TIMEOUT_MS: timeoutMs }), outside)
  }
  const settle = async (): Promise<void> => {
    while (deferred.length > 0) {
      const work = deferred
      deferred = []
      await Promise.all(work)
    }
  }
  return {
    deps: { ...patiently(DATABASE_TIMEOUT_MS), actor: { kind: 'operator' } },
    schemaDb: patiently(SCHEMA_TIMEOUT_MS).db,
    settle,
    probe: () => probe(settings, openDeps(settings, outside)),
  }
}

/** To a database on this machine, compressing costs both sides more than the rows themselves. */
function uncompressedNear(databaseUrl: string): Platform['fetch'] {
  const { host, hostname } = new URL(databaseUrl)
  if (!/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return platform.fetch
  return (input, init = {}) => {
    const isDatabase = typeof input === 'string' && new URL(input).host === host
    if (!isDatabase) return platform.fetch(input, init)
    const headers = new Headers(init.headers)
    headers.set('Accept-Encoding', 'identity')
    return platform.fetch(input, { ...init, headers })
  }
}

/**
 * The same, once the database has answered.
 *
 * @throws UnreachableError naming its address
 */
export async function reachDatabase(values: CommonValues, io: Io): Promise<CommandDeps> {
  const opened = openCommandDeps(values, io)
  await opened.probe()
  return opened
}

/** Asks with the Worker's own deadline, so that a hanging database does not take a batch's whole minute. */
async function probe(settings: Settings, { db }: Pick<Deps, 'db'>): Promise<void> {
  try {
    await ping(db)
  } catch (error) {
    if (databaseFault(error) !== 'down') throw error
    const { host } = new URL(settings.TURSO_DATABASE_URL)
    throw new UnreachableError(
      isDeadline(error)
        ? `The database at ${host} does not answer within ${settings.DATABASE_TIMEOUT_MS / 1000} s.`
        : `The database at ${host} cannot be reached, or refuses the token.`,
    )
  }
}

/** `[vars]` of the chosen environment in wrangler's configuration. */
function wranglerVariables(
  environment: string | undefined,
  io: Io,
): Readonly<Record<string, unknown>> {
  const file = wranglerConfigName(io.directory)
  if (file === undefined) return {}
  const config = readWranglerConfig(io.directory)
  if (environment === undefined) return tableOf(config['vars'])
  const named = tableOf(config['env'])[environment]
  if (named === undefined) {
    const names = Object.keys(tableOf(config['env']))
    const there = names.length === 0 ? '' : ` It has ${names.join(', ')}.`
    throw new UsageError(`${file} has no environment ${environment}.${there}`)
  }
  // As in wrangler: an environment inherits no variables.
  return tableOf(tableOf(named)['vars'])
}

/** Secrets from `.dev.vars` or the file that `--env-file` names. */
function secretVariables(
  name: string | undefined,
  io: Io,
): Readonly<Record<string, string | undefined>> {
  const file = resolve(io.directory, name ?? '.dev.vars')
  if (existsSync(file)) return parseEnv(readTextFile(file))
  if (name !== undefined) throw new UsageError(`There is no file ${name}.`)
  return {}
}
