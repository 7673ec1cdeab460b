import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { wranglerConfigName } from '../../manage/wrangler-config.ts'

/**
 * Writes where the Worker answers into its configuration, in the place of an empty `PUBLIC_URL`. Answers the file, or
 * `undefined` where there is no such line.
 */
export function writePublicUrl(
  directory: string,
  environment: string | undefined,
  url: string,
): string | undefined {
  const name = wranglerConfigName(directory)
  if (name?.endsWith('.toml') !== true) return undefined
  const path = join(directory, name)
  const before = readFileSync(path, 'utf8')
  const table = environment === undefined ? 'vars' : `env.${environment}.vars`
  const start = before.search(new RegExp(`^\\[${table.replaceAll('.', '\\.')}\\]`, 'm'))
  if (start < 0) return undefined
  const after = before.slice(start).search(/\n\[/)
  const end = after < 0 ? before.length : start + after
  const section = before.slice(start, end)
  const written = section.replace(/^PUBLIC_URL = ""$/m, `PUBLIC_URL = "${url}"`)
  if (written === section) return undefined
  writeFileSync(path, before.slice(0, start) + written + before.slice(end))
  return name
}
