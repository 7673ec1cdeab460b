import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { parse as parseToml } from 'smol-toml'
import { platform } from '../platform.ts'
import { openDeps } from '../request-deps.ts'
import { parseSettings, SettingsError } from '../settings/parse.ts'
import { UsageError, type CommandDeps, type CommonValues, type Io } from './command.ts'

/** An operator's batch may be larger than what a request sends. */
const DATABASE_TIMEOUT_MS = 60_000

/**
 * The variables that the Worker would see: `[vars]` of `wrangler.toml`, over them the file of secrets
 * (`.dev.vars`), over that the environment, over all the options of the command.
 */
export function readVariables(values: CommonValues, io: Io): Readonly<Record<string, unknown>> {
  const variables: Record<string, unknown> = {
    ...wranglerVariables(values.env, io),
    ...secretVariables(values['env-file'], io),
    ...io.env,
  }
  if (values['database-url'] !== undefined) {
    variables['TURSO_DATABASE_URL'] = values['database-url']
    // The token of another database is none of this one's.
    delete variables['TURSO_AUTH_TOKEN']
  }
  if (values['database-token'] !== undefined) {
    variables['TURSO_AUTH_TOKEN'] = values['database-token']
  }
  return variables
}

/** Opens what the Worker would have: the same settings, the same database, the same mail transport. */
export function openCommandDeps(values: CommonValues, io: Io): CommandDeps {
  const settings = parseSettings(readVariables(values, io))
  if (!URL.canParse(settings.TURSO_DATABASE_URL)) {
    throw new SettingsError(`TURSO_DATABASE_URL is no URL: ${settings.TURSO_DATABASE_URL}`)
  }
  let deferred: Promise<unknown>[] = []
  const deps = openDeps(
    {
      ...settings,
      DATABASE_TIMEOUT_MS: Math.max(settings.DATABASE_TIMEOUT_MS, DATABASE_TIMEOUT_MS),
    },
    {
      ...platform,
      defer: (work) => deferred.push(work),
      log: (line) => {
        io.say(`${JSON.stringify(line)}\n`)
      },
      client: { address: '', country: '', userAgent: 'manage' },
    },
  )
  const settle = async (): Promise<void> => {
    while (deferred.length > 0) {
      const work = deferred
      deferred = []
      await Promise.all(work)
    }
  }
  return { deps, settle }
}

function wranglerVariables(
  environment: string | undefined,
  io: Io,
): Readonly<Record<string, unknown>> {
  const file = join(io.directory, 'wrangler.toml')
  if (!existsSync(file)) return {}
  const config: Readonly<Record<string, unknown>> = parseToml(readFileSync(file, 'utf8'))
  if (environment === undefined) return tableOf(config['vars'])
  const named = tableOf(config['env'])[environment]
  if (named === undefined) throw new UsageError(`wrangler.toml has no environment ${environment}.`)
  // As in wrangler: an environment inherits no variables.
  return tableOf(tableOf(named)['vars'])
}

function secretVariables(
  name: string | undefined,
  io: Io,
): Readonly<Record<string, string | undefined>> {
  const file = resolve(io.directory, name ?? '.dev.vars')
  if (existsSync(file)) return parseEnv(readFileSync(file, 'utf8'))
  if (name !== undefined) throw new UsageError(`There is no file ${name}.`)
  return {}
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value))
}
