/** Where the package is installed: migrations are read from there. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Where this package is, as a checkout or installed: the nearest directory above with a `package.json` of some version.
 * That of `src/` has none: it only names what is bundled.
 */
export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (versionIn(directory) === undefined) directory = dirname(directory)
  return directory
}

/** The version of this package. */
export function packageVersion(): string {
  return versionIn(packageRoot()) ?? ''
}

function versionIn(directory: string): string | undefined {
  const file = join(directory, 'package.json')
  return existsSync(file) ? /"version": "([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1] : undefined
}
