/** `rest-auth-edge COMMAND`: what a project does with the service; here, `npm run dev`, `manage` and `deploy`. */
import { CommandError, EXIT, UsageError, type ExitCode, type Io } from '../manage/command.ts'
import { packageVersion } from '../manage/package-root.ts'
import { runManage } from '../manage/run.ts'
import { terminal } from '../manage/terminal.ts'
import { SettingsError } from '../settings/parse.ts'
import { runBuild } from './build.ts'
import { DEPLOY_USAGE, runDeploy } from './deploy.ts'
import { runDev } from './dev.ts'
import { INIT_USAGE, runInit } from './init.ts'
import { readSettingsInCode } from './settings-in-code.ts'

type Subcommand = {
  readonly summary: string
  /** What `--help` prints; absent where the command answers it itself. */
  readonly usage?: string
  readonly run: (args: readonly string[], io: Io) => Promise<ExitCode>
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  dev: {
    summary: 'serves on this machine, with a database, secrets, a demo account and a mailbox',
    usage:
      'rest-auth-edge dev\n\n--port 8788 (or PORT=8788) chooses another port. Needs no account anywhere.\n',
    run: async (args, io) => runDev(args, await withSettings(io)),
  },
  deploy: {
    summary: 'checks, migrates the database, uploads the Worker',
    usage: DEPLOY_USAGE,
    run: async (args, io) => runDeploy(args, await withSettings(io)),
  },
  manage: {
    summary: "the operator's tool: accounts, keys, import and export; manage help lists it",
    run: async (args, io) => runManage(args, await withSettings(io)),
  },
  init: {
    summary: 'adds the service to the project in this directory, or makes one where there is none',
    usage: INIT_USAGE,
    run: runInit,
  },
  build: {
    summary: 'bundles the Worker into .worker/; wrangler calls it ([build] in wrangler.toml)',
    usage: 'rest-auth-edge build [src/index.ts]\n',
    run: runBuild,
  },
}

const [name = '--help', ...args] = process.argv.slice(2)
const code = await run(terminal()).catch(explain)
// Servers that ended badly may leave something open.
if (name === 'dev') process.exit(code)
process.exitCode = code

async function run(io: Io): Promise<ExitCode> {
  if (name === '--version' || name === '-v') {
    io.out(`${packageVersion()}\n`)
    return EXIT.done
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    io.out(help())
    return EXIT.done
  }
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
  if (subcommand === undefined) {
    io.say(`There is no command ${name}.\n\n${help()}`)
    return EXIT.usage
  }
  const asksForHelp = args.includes('--help') || args.includes('-h')
  if (!asksForHelp || subcommand.usage === undefined) return subcommand.run(args, io)
  io.out(subcommand.usage)
  return EXIT.done
}

function help(): string {
  const width = Math.max(...Object.keys(SUBCOMMANDS).map((one) => one.length))
  const lines = Object.entries(SUBCOMMANDS).map(
    ([one, { summary }]) => `  ${one.padEnd(width)}  ${summary}\n`,
  )
  return `rest-auth-edge COMMAND\n\n${lines.join('')}\n--help after a command tells more; --version is ${packageVersion()}.\n`
}

async function withSettings(io: Io): Promise<Io> {
  return { ...io, settingsInCode: await readSettingsInCode(io) }
}

function explain(error: unknown): ExitCode {
  if (error instanceof SettingsError) {
    process.stderr.write(`${error.message}\n`)
    return EXIT.settings
  }
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
  if (!(error instanceof CommandError) && !isUsage) throw error
  const usage = isUsage ? (SUBCOMMANDS[name]?.usage ?? '') : ''
  process.stderr.write(`${error.message}\n${usage === '' ? '' : `\n${usage}`}`)
  return isUsage ? EXIT.usage : EXIT.failed
}
