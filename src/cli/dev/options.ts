/** The options of `dev`: a port, and the settings of an example. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CommandError } from '../../manage/command.ts'

/** What `dev` was asked for. */
export type DevOptions = {
  /** Of the service; `PORT` of the environment chooses one, too. */
  readonly port: string | undefined
  /** Arguments of wrangler: they go before the variables of `.dev.vars`, which stays as it is. */
  readonly variables: readonly string[]
}

/**
 * Reads `npm run dev -- --example plain --port 8788`. An example asks for its settings in its `service.env`.
 *
 * @throws CommandError for an example that does not exist; TypeError of `parseArgs` for an unknown option
 */
export function readDevOptions(root: string, args: readonly string[]): DevOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { example: { type: 'string' }, port: { type: 'string' } },
  })
  const { example, port } = values
  return { port, variables: example === undefined ? [] : exampleVariables(root, example) }
}

function exampleVariables(root: string, example: string): readonly string[] {
  const file = join(root, 'examples', example, 'service.env')
  if (!existsSync(file)) {
    const known = readdirSync(join(root, 'examples')).join(', ')
    throw new CommandError(`There is no example ${example}; there are ${known}.`)
  }
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => ['--var', line.replace('=', ':')])
}
