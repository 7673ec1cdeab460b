/**
 * A deployment as the command works on it: the project's configuration, the remote database, and how many
 * migrations and accounts it has.
 */
import { devNull } from 'node:os'
import { listAccounts, readDatabaseState } from '../../core/accounts/operator.sql.ts'
import { MIGRATION_COUNT } from '../../db/migrations.ts'
import type { ExitCode, Io } from '../../manage/command.ts'
import { reachDatabase } from '../../manage/environment.ts'
import { runManage } from '../../manage/run.ts'
import { isKeyAlgorithm, newSecretKey, newSigningKey } from '../init/secrets.ts'
import type { Plan } from './plan.ts'

/** The command's arguments. */
export type Options = {
  readonly environment: string | undefined
  readonly isDryRun: boolean
  readonly firstAccount: string | undefined
  /** How long the Worker may take to answer; 0: it is not asked. */
  readonly waitMs: number
}

/** What is deployed, and what is known of it. */
export type Deployment = Options & {
  /** Secrets that this machine knows. */
  readonly secrets: Readonly<Record<string, string | undefined>>
  readonly plan: Plan
  /** Cloudflare builds run this, too; they see no secrets, and the Worker has its own. */
  readonly isCloudflareBuild: boolean
  /** Whether what is written here is still here for the next deployment: not so in CI. */
  readonly canKeep: boolean
}

/** How many migrations the database lacks; `undefined` where the database is unknown here. */
export async function countPending(io: Io, deployment: Deployment): Promise<number | undefined> {
  if (deployment.secrets['TURSO_DATABASE_URL'] === undefined) return undefined
  const { deps } = await reachDatabase(...remote(io, deployment))
  return MIGRATION_COUNT - ((await readDatabaseState(deps.db)).migrations ?? 0)
}

/** How many accounts there are. */
export async function countAccounts(io: Io, deployment: Deployment): Promise<number> {
  const { deps } = await reachDatabase(...remote(io, deployment))
  if ((await readDatabaseState(deps.db)).migrations === undefined) return 0
  const everybody = { search: '', isActive: undefined, limit: 1, offset: 0 }
  return (await listAccounts(deps.db, everybody)).total
}

/** Options and environment of a command on the deployment's database. */
function remote(
  io: Io,
  { environment, secrets, plan }: Deployment,
): Parameters<typeof reachDatabase> {
  const stands = { SECRET_KEY: newSecretKey(), ...keyStandIn(plan) }
  const known = Object.entries(secrets).filter(([, value]) => value !== undefined)
  const env = { ...stands, ...Object.fromEntries(known) }
  return [
    { json: false, 'secrets-file': devNull, env: environment },
    { ...io, env: { ...env, ...placeOf(io) } },
  ]
}

/** Where the service is, once that is known. */
function placeOf({ env }: Io): Readonly<Record<string, string>> {
  const { PUBLIC_URL: url } = env
  return url === undefined ? {} : { PUBLIC_URL: url }
}

/** A key in the place of one that only the Worker knows: without any, the settings would be wrong. */
function keyStandIn({ settings }: Plan): Readonly<Record<string, string>> {
  const { SIMPLE_JWT_ALGORITHM: algorithm } = settings
  return isKeyAlgorithm(algorithm) ? { SIMPLE_JWT_SIGNING_KEY: newSigningKey(algorithm) } : {}
}

/** Runs a command of the operator's tool on the deployment's database. */
export function manageRemote(
  command: readonly string[],
  io: Io,
  deployment: Deployment,
): Promise<ExitCode> {
  const { environment } = deployment
  const [, own] = remote(io, deployment)
  const options = environment === undefined ? [] : ['--env', environment]
  return runManage([...command, '--secrets-file', devNull, ...options], own)
}
