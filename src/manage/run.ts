/** Finds and runs a command; every failure ends here. */
import { commonOptionsHelp, EXIT, type Command, type ExitCode, type Io } from './command.ts'
import { commands } from './commands.ts'
import { optionsHelpOf } from './danger.ts'
import { explainFailure } from './failure.ts'

/** Runs one command of the operator's tool; answers what the process exits with. */
export async function runManage(args: readonly string[], io: Io): Promise<ExitCode> {
  const [first = 'help'] = args
  if (first === 'help' || first === '--help' || first === '-h') return help(args.slice(1), io)
  const found = findCommand(args)
  if (found === undefined) return explainUnknown(args, io)
  const { command, name, rest } = found
  if (rest.includes('--help') || rest.includes('-h')) return help(name.split(' '), io)
  try {
    return await command.run(rest, io)
  } catch (error) {
    return explainFailure(error, { name, args: rest, usage: command.usage }, io)
  }
}

/** Says that there is no such command; under `--json` as every other fault. */
function explainUnknown(args: readonly string[], io: Io): ExitCode {
  const message = `There is no command ${args[0] ?? ''}. All of them: npm run manage -- help`
  if (args.includes('--json')) io.out(`${JSON.stringify({ error: { code: 'usage', message } })}\n`)
  else io.say(`${message}\n`)
  return EXIT.usage
}

type Found = { readonly command: Command; readonly name: string; readonly rest: readonly string[] }

/** The command that the first words name, and what follows them. */
function findCommand(words: readonly string[]): Found | undefined {
  const [first = '', ...rest] = words
  const command = Object.hasOwn(commands, first) ? commands[first] : undefined
  if (command === undefined) return undefined
  const [second = '', ...more] = rest
  const { subcommands = {} } = command
  const below = Object.hasOwn(subcommands, second) ? subcommands[second] : undefined
  if (below === undefined) return { command, name: first, rest }
  return { command: below, name: `${first} ${second}`, rest: more }
}

/** Prints the help of a command, or of all. */
function help(words: readonly string[], io: Io): ExitCode {
  const found = findCommand(words)
  if (found === undefined && words.length > 0) return explainUnknown(words, io)
  if (found !== undefined) {
    const { command, name } = found
    io.out(`npm run manage -- ${name} ${command.usage}\n\n${command.summary}\n\n`)
    if (command.subcommands !== undefined) {
      io.out(table(summariesOf(command.subcommands)))
      io.out(`\nOptions of one: npm run manage -- help ${name} COMMAND\n`)
      return EXIT.done
    }
    io.out(table({ ...optionsHelpOf(command), ...commonOptionsHelp }))
    return EXIT.done
  }
  io.out('npm run manage -- COMMAND [OPTIONS]\n\n')
  io.out(table(summariesOf(commands)))
  io.out('\nOptions of one: npm run manage -- help COMMAND\n')
  return EXIT.done
}

function summariesOf(all: Readonly<Record<string, Command>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).map(([name, { summary }]) => [name, summary]))
}

function table(rows: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(rows).map((key) => key.length))
  return Object.entries(rows)
    .map(([key, meaning]) => `  ${key.padEnd(width)}  ${meaning}\n`)
    .join('')
}
