import { spawn } from 'node:child_process'
import { devNull } from 'node:os'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { encodeBase64 } from '../crypto.ts'
import { platform } from '../platform.ts'
import { CommandError, EXIT, type ExitCode, type Io } from '../manage/command.ts'
import { planDeployment, SECRETS } from './deploy/plan.ts'
import { readSecretNames } from './deploy/worker-secrets.ts'
import { readVariables } from '../manage/environment.ts'
import { runManage } from '../manage/run.ts'
import { WRANGLER_ENVIRONMENT, wranglerCommand } from './wrangler.ts'

/** The help of `deploy`. */
export const DEPLOY_USAGE = `Checks the settings, applies migrations, and uploads the Worker.

  --env NAME   environment of wrangler.toml
  --dry-run    check only: no migration, no upload

TURSO_DATABASE_URL and TURSO_AUTH_TOKEN say where the database is: the migrations run from this machine.
With SECRET_KEY and RESEND_API_KEY set as in the Worker, they are checked, too.
`

/** `npm run deploy`: checks, migrations, `wrangler deploy`, in this order; each stops the next. */
export async function runDeploy(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      env: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    io.out(DEPLOY_USAGE)
    return EXIT.done
  }
  const { env: environment, 'dry-run': isDryRun } = values
  const secrets = Object.fromEntries(SECRETS.map((name) => [name, io.env[name]]))
  // Cloudflare builds run this, too; they see no secrets, and the Worker has its own.
  const isCloudflareBuild = io.env['WORKERS_CI'] === '1'
  const situation = {
    variables: readVariables(
      { json: false, 'env-file': devNull, env: environment },
      { ...io, env: {} },
    ),
    secrets,
    environment,
    newSecret: () => encodeBase64(platform.randomBytes(48)),
  }
  // What is wrong in the files can be said without asking anybody.
  planDeployment({ ...situation, secretNames: undefined })
  const secretNames = isCloudflareBuild ? undefined : readSecretNames(io.directory, environment)
  const { warnings } = planDeployment({ ...situation, secretNames })
  for (const warning of warnings) io.say(`${warning}\n`)

  const database = await prepareDatabase(io, { environment, secrets, isDryRun, isCloudflareBuild })
  if (database !== EXIT.done || isDryRun) return database
  const uploaded = await upload(io, environment)
  if (uploaded !== EXIT.done || secrets['TURSO_DATABASE_URL'] === undefined) return uploaded
  // What the old Worker wrote in the meantime is brought up to date, too.
  return manageRemote('migrate', io, { environment, secrets })
}

type Preparation = {
  readonly environment: string | undefined
  readonly secrets: Readonly<Record<string, string | undefined>>
  readonly isDryRun: boolean
  readonly isCloudflareBuild: boolean
}

/** Migrates the database and looks whether it, the secrets and the mail key are fit for use. */
async function prepareDatabase(io: Io, preparation: Preparation): Promise<ExitCode> {
  const { secrets, isDryRun, isCloudflareBuild } = preparation
  if (secrets['TURSO_DATABASE_URL'] === undefined) {
    const message =
      'TURSO_DATABASE_URL is not set here, so the database cannot be migrated. export TURSO_DATABASE_URL="$(turso db show NAME --url)" TURSO_AUTH_TOKEN="$(turso db tokens create NAME)"'
    if (!isCloudflareBuild) throw new CommandError(message)
    io.say(`${message}\n`)
    return EXIT.done
  }
  if (!isDryRun) {
    const migrated = await manageRemote('migrate', io, preparation)
    if (migrated !== EXIT.done) return migrated
  }
  const knowsSecret = secrets['SECRET_KEY'] !== undefined
  return knowsSecret ? manageRemote('check', io, preparation) : EXIT.done
}

/** Runs a command of the operator's tool on the deployment's database. */
function manageRemote(
  command: 'migrate' | 'check',
  io: Io,
  { environment, secrets }: Pick<Preparation, 'environment' | 'secrets'>,
): Promise<ExitCode> {
  const options = environment === undefined ? [] : ['--env', environment]
  const env =
    secrets['SECRET_KEY'] === undefined
      ? { ...secrets, SECRET_KEY: encodeBase64(platform.randomBytes(48)) }
      : secrets
  return runManage([command, '--env-file', devNull, ...options], { ...io, env })
}

async function upload(io: Io, environment: string | undefined): Promise<ExitCode> {
  // The empty name is the top level of wrangler.toml, which has environments besides.
  const [program = '', ...wrangler] = wranglerCommand(io.directory)
  const args = [...wrangler, 'deploy', '--minify', '--env', environment ?? '']
  const child = spawn(program, args, {
    cwd: io.directory,
    env: { ...process.env, ...WRANGLER_ENVIRONMENT },
    stdio: 'inherit',
  })
  await once(child, 'exit')
  return child.exitCode === 0 ? EXIT.done : EXIT.failed
}
