/** `npm create rest-auth-edge DIRECTORY`: the command of the package `create-rest-auth-edge`. */
import { CommandError, EXIT, UsageError } from '../manage/command.ts'
import { terminal } from '../manage/terminal.ts'
import { INIT_USAGE, runInit } from './init.ts'

const args = process.argv.slice(2)
if (args.includes('--help') || args.includes('-h')) process.stdout.write(INIT_USAGE)
else {
  process.exitCode = await runInit(args, terminal()).catch((error: unknown) => {
    const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
    if (!(error instanceof CommandError) && !isUsage) throw error
    process.stderr.write(`${error.message}\n${isUsage ? `\n${INIT_USAGE}` : ''}`)
    return isUsage ? EXIT.usage : EXIT.failed
  })
}
