/**
 * `rest-auth-edge deploy`: from a project to a running Worker. It makes what is missing (secrets, tables, the
 * public URL), shows its plan before it changes anything, and can be run again after any failure.
 */
import { devNull } from 'node:os'
import { parseArgs } from 'node:util'
import { CommandError, EXIT, UsageError, type ExitCode, type Io } from '../manage/command.ts'
import { readVariables } from '../manage/environment.ts'
import { readWranglerConfig } from '../manage/wrangler-config.ts'
import {
  countAccounts,
  countPending,
  manageRemote,
  type Deployment,
  type Options,
} from './deploy/deployment.ts'
import { checkLive } from './deploy/live-check.ts'
import { planDeployment, SECRETS, type MadeSecret } from './deploy/plan.ts'
import { writePublicUrl } from './deploy/public-url.ts'
import { keepSecrets, readSecretsFile, secretsFileName } from './deploy/secrets-file.ts'
import { upload } from './deploy/upload.ts'
import { readSecretNames } from './deploy/worker-secrets.ts'
import { isKeyAlgorithm, newSecretKey, newSigningKey } from './init/secrets.ts'

/** The help of `deploy`. */
export const DEPLOY_USAGE = `Checks the settings, makes the secrets that are missing, applies migrations, uploads the Worker, and asks it whether it
works. What has been done before is not done again.

  --env NAME               environment of wrangler.toml
  --dry-run                says what it would do: no secret, no migration, no upload
  --first-account ADDRESS  makes a superuser where there is no account yet, and prints the link that sets its password
  --wait SECONDS           how long the Worker may take to answer when it is up (60); 0 does not ask it

TURSO_DATABASE_URL and TURSO_AUTH_TOKEN say where the database is: the migrations run from this machine. They and other
secrets (SECRET_KEY, RESEND_API_KEY) are taken from the environment and from .deploy.vars (.deploy.vars.NAME with --env
NAME), and go up where the Worker lacks them.
`

/** `npm run deploy`: checks, secrets, migrations, `wrangler deploy`, in this order; each stops the next. */
export async function runDeploy(args: readonly string[], io: Io): Promise<ExitCode> {
  const options = readOptions(args)
  const deployment = prepare(options, io)
  for (const warning of deployment.plan.warnings) io.say(`${warning}\n`)
  const database = await prepareDatabase(io, deployment)
  if (database !== EXIT.done) return database
  if (options.isDryRun) return sayWhatWouldBeDone(io, deployment)
  const made = await makeSecrets(io, deployment)
  return uploadAndFinish(io, {
    ...deployment,
    secrets: { ...deployment.secrets, ...made },
    plan: { ...deployment.plan, upload: { ...deployment.plan.upload, ...made } },
  })
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      env: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      'first-account': { type: 'string' },
      wait: { type: 'string', default: '60' },
    },
  })
  if (!/^\d{1,4}$/.test(values.wait)) throw new UsageError('--wait takes seconds: --wait 60')
  return {
    environment: values.env,
    isDryRun: values['dry-run'],
    firstAccount: values['first-account'],
    waitMs: Number(values.wait) * 1000,
  }
}

/** Finds out what there is, and judges it: nothing is changed. */
function prepare(options: Options, io: Io): Deployment {
  const { environment } = options
  const isCloudflareBuild = io.env['WORKERS_CI'] === '1'
  const canKeep = !isCloudflareBuild && (io.env['CI'] ?? '') === ''
  const given = SECRETS.filter((name) => io.env[name] !== undefined)
  const own = Object.fromEntries(given.map((name) => [name, io.env[name]]))
  const secrets = { ...readSecretsFile(io.directory, environment), ...own }
  const values = { json: false, 'secrets-file': devNull, env: environment }
  const { name } = readWranglerConfig(io.directory)
  const situation = {
    variables: readVariables(values, { ...io, env: {} }),
    secrets,
    environment,
    name: typeof name === 'string' ? name : 'rest-auth',
    canMakeSecrets: canKeep,
    newSecret: newSecretKey,
  }
  // Errors in the files can be reported without any request.
  planDeployment({ ...situation, secretNames: undefined })
  const secretNames = isCloudflareBuild ? undefined : readSecretNames(io.directory, environment)
  const plan = planDeployment({ ...situation, secretNames })
  return { ...options, secrets, plan, isCloudflareBuild, canKeep }
}

/** Migrates the database and looks whether it, the secrets and the mail key are fit for use. */
async function prepareDatabase(io: Io, deployment: Deployment): Promise<ExitCode> {
  const { secrets, isDryRun, isCloudflareBuild } = deployment
  if (secrets['TURSO_DATABASE_URL'] === undefined) {
    const message = `TURSO_DATABASE_URL is not set here, so the database cannot be migrated. export TURSO_DATABASE_URL="$(turso db show NAME --url)" TURSO_AUTH_TOKEN="$(turso db tokens create NAME)", or put both into ${secretsFileName(deployment.environment)}`
    if (!isCloudflareBuild) throw new CommandError(message)
    io.say(`${message}\n`)
    return EXIT.done
  }
  if (!isDryRun) {
    const migrated = await manageRemote(['migrate'], io, deployment)
    if (migrated !== EXIT.done) return migrated
  }
  const knowsSecret = secrets['SECRET_KEY'] !== undefined
  return knowsSecret && !isDryRun ? manageRemote(['check'], io, deployment) : EXIT.done
}

/**
 * Creates missing secrets, and stores them here before they are used.
 *
 * @throws CommandError where accounts are there that another key has sealed
 */
async function makeSecrets(
  io: Io,
  deployment: Deployment,
): Promise<Readonly<Partial<Record<MadeSecret, string>>>> {
  const { environment, plan } = deployment
  if (plan.make.length === 0) return {}
  const file = secretsFileName(environment)
  if (plan.make.includes('SECRET_KEY') && (await countAccounts(io, deployment)) > 0) {
    throw new CommandError(
      `The database has accounts, made under a SECRET_KEY that the Worker has not. Put it into ${file}: SECRET_KEY="…"`,
    )
  }
  const { SIMPLE_JWT_ALGORITHM: algorithm } = plan.settings
  const made = Object.fromEntries(
    plan.make.map((name) => [
      name,
      name === 'SECRET_KEY' || !isKeyAlgorithm(algorithm)
        ? newSecretKey()
        : newSigningKey(algorithm),
    ]),
  )
  keepSecrets(io.directory, environment, made)
  io.out(`Made ${plan.make.join(' and ')}; a copy is in ${file}.\n`)
  return made
}

/** Uploads, migrates, and writes down the Worker's address. */
async function uploadAndFinish(io: Io, deployment: Deployment): Promise<ExitCode> {
  const { environment, plan, secrets } = deployment
  const names = Object.keys(plan.upload)
  if (names.length > 0) io.out(`Secrets that go up with the Worker: ${names.join(', ')}\n`)
  const first = await upload(io, environment, plan.upload)
  if (first.code !== EXIT.done) return first.code
  if (plan.settings.PUBLIC_URL === undefined && first.url !== undefined) {
    const code = await printAddress(io, deployment, first.url)
    if (code !== EXIT.done) return code
  }
  const url = plan.settings.PUBLIC_URL ?? first.url
  if (secrets['TURSO_DATABASE_URL'] === undefined) return checkAt(io, deployment, url)
  // What the old Worker wrote in the meantime is brought up to date, too.
  const migrated = await manageRemote(['migrate'], io, deployment)
  if (migrated !== EXIT.done) return migrated
  const invited = await inviteFirst(io, deployment, url)
  const checked = await checkAt(io, deployment, url)
  if (url !== undefined) io.out(`The service: ${url}${plan.settings.URL_PREFIX}\n`)
  return invited === EXIT.done ? checked : invited
}

/** Whether it works there; a Worker with an unknown address is not checked. */
async function checkAt(
  io: Io,
  { plan: { settings }, waitMs }: Deployment,
  url: string | undefined,
): Promise<ExitCode> {
  if (url === undefined || waitMs === 0) return EXIT.done
  return checkLive(io, { url: url.replace(/\/$/, ''), settings, waitMs })
}

/** Links in mails need the Worker's address, which its first upload reveals. */
async function printAddress(io: Io, deployment: Deployment, url: string): Promise<ExitCode> {
  const { environment, canKeep } = deployment
  const file = canKeep ? writePublicUrl(io.directory, environment, url) : undefined
  if (file === undefined) {
    io.say(`Links in mails need PUBLIC_URL = "${url}" under [vars].\n`)
    return EXIT.done
  }
  io.out(`Wrote PUBLIC_URL = "${url}" into ${file}: links in mails lead there. Once more:\n`)
  return (await upload(io, environment, {})).code
}

/** The first account that can log in. */
async function inviteFirst(
  io: Io,
  deployment: Deployment,
  url: string | undefined,
): Promise<ExitCode> {
  if ((await countAccounts(io, deployment)) > 0) return EXIT.done
  const { firstAccount: address, secrets } = deployment
  if (address === undefined) {
    io.say('There is no account yet: npm run deploy -- --first-account you@example.com\n')
    return EXIT.done
  }
  if (secrets['SECRET_KEY'] === undefined) {
    throw new CommandError('SECRET_KEY is not known here, and signs the link of the first account.')
  }
  const command = ['createsuperuser', address.split('@')[0] ?? '', '--email', address, '--link']
  const env = url === undefined ? io.env : { ...io.env, PUBLIC_URL: url }
  return manageRemote(command, { ...io, env }, deployment)
}

/** The plan, without doing it (`--dry-run`). */
async function sayWhatWouldBeDone(io: Io, deployment: Deployment): Promise<ExitCode> {
  const { plan, environment, firstAccount } = deployment
  const names = Object.keys(plan.upload)
  const pending = await countPending(io, deployment)
  if (pending === 0 && deployment.secrets['SECRET_KEY'] !== undefined) {
    const checked = await manageRemote(['check'], io, deployment)
    if (checked !== EXIT.done) return checked
  }
  const accounts = pending === undefined ? undefined : await countAccounts(io, deployment)
  const invitation = firstAccount === undefined ? 'none (--first-account ADDRESS)' : firstAccount
  const steps = [
    ['secrets', plan.make.length === 0 ? undefined : `make ${plan.make.join(', ')}`],
    ['secrets', names.length === 0 ? undefined : `upload ${names.join(', ')}`],
    ['migrations', pending === undefined ? 'not known here' : `apply ${pending}`],
    ['worker', environment === undefined ? 'upload' : `upload (${environment})`],
    ['first account', accounts === 0 ? invitation : undefined],
  ]
  for (const [name = '', step] of steps) if (step !== undefined) io.out(`${name}: ${step}\n`)
  return EXIT.done
}
