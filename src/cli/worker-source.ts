/** The Worker that is deployed where a project has no code of its own. */
import type { ConfigTable } from '../manage/wrangler-config.ts'
import { tableOf } from '../manage/wrangler-config.ts'

/** What `rest-auth-edge build` bundles by default. */
const DEFAULT_SOURCE = 'src/index.ts'

/**
 * The file that a project's Worker is written in, as `wrangler.toml` names it: `main`, or where that is what our own
 * command makes, the argument of that command. `undefined` where another program makes it.
 */
export function workerSource(config: ConfigTable): string | undefined {
  const { command } = tableOf(config['build'])
  if (typeof command === 'string' && command !== '') {
    const [, source] = /\brest-auth-edge build(?:\s+([^\s-]\S*))?/.exec(command) ?? []
    return command.includes('rest-auth-edge build') ? (source ?? DEFAULT_SOURCE) : undefined
  }
  const { main } = config
  return typeof main === 'string' ? main : undefined
}
