/**
 * Writes `PUBLIC_URL` into the project's configuration once the Worker has an address: links in mails and the
 * origin of passkeys come from it, never from a request's `Host` header (host header injection).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { wranglerConfigName } from '../../manage/wrangler-config.ts'

/**
 * Writes where the Worker answers into its configuration, in the place of an empty `PUBLIC_URL`. Returns the file, or
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
  const lines = readFileSync(path, 'utf8').split('\n')
  const table = environment === undefined ? '[vars]' : `[env.${environment}.vars]`
  const start = lines.findIndex((line) => line.startsWith(table))
  const next = lines.findIndex((line, at) => at > start && line.startsWith('['))
  const at = start < 0 ? -1 : lines.indexOf('PUBLIC_URL = ""', start)
  if (at < 0 || (next >= 0 && at > next)) return undefined
  writeFileSync(path, lines.with(at, `PUBLIC_URL = "${url}"`).join('\n'))
  return name
}
