/** The example requests that `dev` prints. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CommandError } from '../../manage/command.ts'

/**
 * `npm run dev -- --example plain`: the settings that an example asks for in its `service.env`, as
 * arguments of wrangler. They go before those of `.dev.vars`, which stays as it is.
 */
export function exampleArguments(root: string, args: readonly string[]): readonly string[] {
  const { values } = parseArgs({ args: [...args], options: { example: { type: 'string' } } })
  if (values.example === undefined) return []
  const file = join(root, 'examples', values.example, 'service.env')
  if (!existsSync(file)) {
    const known = readdirSync(join(root, 'examples')).join(', ')
    throw new CommandError(`There is no example ${values.example}; there are ${known}.`)
  }
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => ['--var', line.replace('=', ':')])
}
