/**
 * `rest-auth-edge dev`: a working service on this machine with a database, a demo account and a mailbox, from
 * nothing, in one command.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBase64 } from '../crypto.ts'
import { platform } from '../platform.ts'
import type { Settings } from '../settings/parse.ts'
import { CommandError, EXIT, type ExitCode, type Io } from '../manage/command.ts'
import { createChildren, type Child, type Children } from './dev/children.ts'
import { readDevOptions, type DevOptions } from './dev/options.ts'
import { ensureDemoAccount, type DemoAccount } from './dev/demo-account.ts'
import { showOutput } from './dev/output.ts'
import { findFreePort, isPortFree, parsePort } from './dev/ports.ts'
import { startDatabase, untilAnswers } from './dev/sqld.ts'
import { completeVariablesFile, isOwnMachine, readVariablesFile } from './dev/variables.ts'
import { openCommandDeps } from '../manage/environment.ts'
import { runManage } from '../manage/run.ts'
import { WRANGLER_ENVIRONMENT, wranglerCommand } from './wrangler.ts'
import { isUrl } from '../is-url.ts'

const DEFAULT_PORT = 8787
const START_DEADLINE_MS = 120_000

/** `npm run dev`, `rest-auth-edge dev`: serves until it is stopped, and takes everything that it started with it. */
export async function runDev(args: readonly string[], io: Io): Promise<ExitCode> {
  // Before anything is written or started.
  const options = readDevOptions(io.directory, args)
  const interrupted = new Promise<ExitCode>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve(EXIT.done)
      })
    }
  })
  const children = createChildren()
  // Variables of the shell may be those of the deployment: here only the files count.
  const serving = serve(children, options, { ...io, env: {} })
  // What it runs into while everything is stopped is no news.
  serving.catch(() => undefined)
  try {
    return await Promise.race([interrupted, serving])
  } finally {
    await children.stop()
  }
}

/** Serves until a server ends by itself, which is a fault. */
async function serve(own: Children, options: DevOptions, io: Io): Promise<ExitCode> {
  const data = join(io.directory, '.data')
  mkdirSync(data, { recursive: true })
  // The database asks for no token, and its mailbox holds links that log in: for no other user of this machine.
  chmodSync(data, 0o700)
  const { port, databasePort } = await prepareVariables(io, options.port)
  const database =
    databasePort === undefined
      ? undefined
      : await startDatabase(own, { directory: data, port: databasePort })
  if (database !== undefined) {
    const migrated = await runManage(['migrate'], io)
    if (migrated !== EXIT.done) return migrated
  }
  const { deps, settle } = openCommandDeps({ json: false }, io)
  const demo =
    database === undefined ? undefined : await ensureDemoAccount(deps, join(data, 'demo-password'))
  await settle()
  const worker = await startWorker(own, io, { port, variables: options.variables })
  io.out(`${readyLine(deps.settings, port, demo)}\n`)
  const ended = await Promise.race([
    worker.ended.then((how) => `wrangler dev ended (${how}).`),
    ...(database === undefined
      ? []
      : [database.ended.then((how) => `The database server ended (${how}); see .data/sqld.log.`)]),
  ])
  throw new CommandError(ended)
}

/** Where everything listens, and `.dev.vars` to say so. No port of its own for a database elsewhere. */
async function prepareVariables(
  io: Io,
  askedPort: string | undefined,
): Promise<{ readonly port: number; readonly databasePort: number | undefined }> {
  const port =
    parsePort('--port', askedPort) ?? parsePort('PORT', process.env['PORT']) ?? DEFAULT_PORT
  await requireFree(port, `PORT=${port + 1}`)
  const file = join(io.directory, '.dev.vars')
  const { TURSO_DATABASE_URL: url } = readVariablesFile(file)
  const isOwn = isOwnMachine(url)
  const databasePort =
    parsePort('SQLD_PORT', process.env['SQLD_PORT']) ?? portOf(url) ?? (await findFreePort())
  if (isOwn) await requireFree(databasePort, `SQLD_PORT=${databasePort + 1}`)
  else io.out('The database of .dev.vars is not on this machine: it is taken as it is.\n')
  const newSecret = (): string => encodeBase64(platform.randomBytes(48))
  const written = completeVariablesFile(file, { port, databasePort, newSecret })
  if (written.length > 0) io.out(`Wrote ${written.join(', ')} into .dev.vars.\n`)
  return { port, databasePort: isOwn ? databasePort : undefined }
}

function portOf(url: string | undefined): number | undefined {
  if (url === undefined || !isOwnMachine(url) || !isUrl(url)) return undefined
  return parsePort('The port of TURSO_DATABASE_URL', new URL(url).port)
}

/** @throws CommandError where the port is taken, naming the variable that chooses another one */
async function requireFree(port: number, otherPort: string): Promise<void> {
  if (await isPortFree(port)) return
  throw new CommandError(
    `Port ${port} is taken. If it is not another "npm run dev", choose one: ${otherPort} npm run dev`,
  )
}

/** Starts the Worker under wrangler and waits until it answers. */
async function startWorker(
  own: Children,
  io: Io,
  { port, variables }: { readonly port: number; readonly variables: readonly string[] },
): Promise<Child> {
  const worker = own.start(
    [
      ...wranglerCommand(io.directory),
      'dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--inspector-port',
      '0',
      '--test-scheduled',
      '--show-interactive-dev-session=false',
      '--persist-to',
      '.data/wrangler',
      ...variables,
    ],
    { directory: io.directory, env: WRANGLER_ENVIRONMENT, output: ['ignore', 'pipe', 'pipe'] },
  )
  for (const output of [worker.process.stdout, worker.process.stderr]) {
    if (output !== null) showOutput(output, io.out)
  }
  const url = `http://127.0.0.1:${port}/healthz`
  if (await untilAnswers(url, worker, START_DEADLINE_MS)) return worker
  throw new CommandError('wrangler dev does not start; what it said stands above.')
}

function readyLine(settings: Settings, port: number, demo: DemoAccount | undefined): string {
  const url = `http://localhost:${port}${settings.URL_PREFIX}`
  if (demo === undefined) return `Ready: ${url}`
  const name = settings.ACCOUNT_LOGIN_METHODS.includes('username')
    ? `username=${demo.username}`
    : `email=${demo.email}`
  return `Ready: ${url}  Log in: curl ${url}login/ -d ${name} -d password=${demo.password}`
}
