/** Writing a project's files: new ones, lines and variables that are missing, dependencies in `package.json`. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { CommandError } from '../../manage/command.ts'
import { tableOf } from '../../manage/wrangler-config.ts'
import { variableLine } from './secrets.ts'

/** What became of a file. */
export type Written = { readonly file: string; readonly outcome: 'made' | 'changed' | 'kept' }

/** Writes files of a project, and never over what someone else has written. */
export type ProjectWriter = {
  readonly directory: string
  /** `--force`: existing files are overwritten. */
  readonly isForced: boolean
}

/** A file as a whole; an existing one with other content is kept, unless forced. */
export function writeProjectFile(writer: ProjectWriter, file: string, text: string): Written {
  const path = join(writer.directory, file)
  if (existsSync(path) && !writer.isForced) return { file, outcome: 'kept' }
  const outcome = existsSync(path) ? 'changed' : 'made'
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return { file, outcome }
}

/** Adds lines that a file does not have. */
export function addLines(writer: ProjectWriter, file: string, lines: readonly string[]): Written {
  const path = join(writer.directory, file)
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const known = new Set(before.split('\n').map((line) => line.trim()))
  const missing = lines.filter((line) => !known.has(line))
  if (missing.length === 0) return { file, outcome: 'kept' }
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`
  writeFileSync(path, `${start}${missing.join('\n')}\n`)
  return { file, outcome: before === '' ? 'made' : 'changed' }
}

/** Adds variables that a file of secrets does not have; no other user of this machine may read it. */
export function addVariables(
  writer: ProjectWriter,
  file: string,
  variables: Readonly<Record<string, string>>,
): Written {
  const path = join(writer.directory, file)
  const known = existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
  const missing = Object.entries(variables).filter(([name]) => (known[name] ?? '') === '')
  const lines = missing.map(([name, value]) => variableLine(name, value))
  if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600 })
  chmodSync(path, 0o600)
  return addLines(writer, file, lines)
}

/** What a project's `package.json` must have. */
export type PackageNeeds = Readonly<
  Record<'scripts' | 'dependencies' | 'devDependencies', Readonly<Record<string, string>>>
>

/**
 * Adds what a `package.json` lacks. An existing script or version stays, even when forced: other things hang
 * on it.
 *
 * @throws CommandError where the file is no JSON
 */
export function completePackageJson(
  writer: ProjectWriter,
  start: Readonly<Record<string, unknown>>,
  needs: PackageNeeds,
): Written & { readonly keptScripts: readonly string[] } {
  const file = 'package.json'
  const path = join(writer.directory, file)
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const known = before === '' ? start : parsePackage(before)
  const own = { ...tableOf(known['dependencies']), ...tableOf(known['devDependencies']) }
  const isMissing = ([name]: readonly [string, string]): boolean => !Object.hasOwn(own, name)
  const scripts = tableOf(known['scripts'])
  const after = {
    ...known,
    scripts: { ...needs.scripts, ...scripts },
    ...mergeMissing(known, 'dependencies', Object.entries(needs.dependencies).filter(isMissing)),
    ...mergeMissing(
      known,
      'devDependencies',
      Object.entries(needs.devDependencies).filter(isMissing),
    ),
  }
  const text = `${JSON.stringify(after, null, indentOf(before))}\n`
  if (text !== before) writeFileSync(path, text)
  const keptScripts = Object.entries(needs.scripts)
    .filter(([name, command]) => Object.hasOwn(scripts, name) && scripts[name] !== command)
    .map(([name]) => name)
  const outcome = before === '' ? 'made' : text === before ? 'kept' : 'changed'
  return { file, outcome, keptScripts }
}

function mergeMissing(
  known: Readonly<Record<string, unknown>>,
  key: string,
  missing: readonly (readonly [string, string])[],
): Readonly<Record<string, object>> {
  if (missing.length === 0) return {}
  const all = Object.entries({ ...tableOf(known[key]), ...Object.fromEntries(missing) })
  return { [key]: Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1))) }
}

function parsePackage(text: string): Readonly<Record<string, unknown>> {
  try {
    return tableOf(JSON.parse(text))
  } catch {
    throw new CommandError('package.json is no JSON; nothing was changed.')
  }
}

function indentOf(text: string): string {
  return /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? '  '
}
