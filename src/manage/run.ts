import { commonOptionsHelp, EXIT, type ExitCode, type Io } from './command.ts'
import { commands } from './commands.ts'
import { explainFailure } from './failure.ts'

/** Runs one command of the operator's tool; answers what the process exits with. */
export async function runManage(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name = 'help', ...rest] = args
  if (name === 'help' || name === '--help' || name === '-h') return help(rest[0], io)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    io.say(`There is no command ${name}. All of them: npm run manage -- help\n`)
    return EXIT.usage
  }
  if (rest.includes('--help') || rest.includes('-h')) return help(name, io)
  try {
    return await command.run(rest, io)
  } catch (error) {
    return explainFailure(error, { name, args: rest, usage: command.usage }, io)
  }
}

function help(name: string | undefined, io: Io): ExitCode {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined
  if (name !== undefined && command !== undefined) {
    io.out(`npm run manage -- ${name} ${command.usage}\n\n${command.summary}\n\n`)
    io.out(table({ ...command.options, ...commonOptionsHelp }))
    return EXIT.done
  }
  io.out('npm run manage -- COMMAND [OPTIONS]\n\n')
  io.out(
    table(Object.fromEntries(Object.entries(commands).map(([key, { summary }]) => [key, summary]))),
  )
  io.out('\nOptions of one: npm run manage -- help COMMAND\n')
  return EXIT.done
}

function table(rows: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(rows).map((key) => key.length))
  return Object.entries(rows)
    .map(([key, meaning]) => `  ${key.padEnd(width)}  ${meaning}\n`)
    .join('')
}
