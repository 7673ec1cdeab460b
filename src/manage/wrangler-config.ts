/** Reads wrangler's configuration, TOML or JSON with comments. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { CommandError } from './command.ts'
import { readTextFile } from './text.ts'

/** The files that wrangler takes its configuration from, the first that exists. */
const NAMES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml'] as const

/** A table of `wrangler.toml`, or an object of `wrangler.jsonc`. */
export type ConfigTable = Readonly<Record<string, unknown>>

/** Which file configures wrangler in a directory; `undefined` where there is none. */
export function wranglerConfigName(directory: string): string | undefined {
  return NAMES.find((name) => existsSync(join(directory, name)))
}

/**
 * What configures wrangler in a directory; nothing where there is no file.
 *
 * @throws CommandError where the file cannot be read
 */
export function readWranglerConfig(directory: string): ConfigTable {
  const name = wranglerConfigName(directory)
  if (name === undefined) return {}
  const text = readTextFile(join(directory, name))
  try {
    return tableOf(name.endsWith('.toml') ? parseToml(text) : JSON.parse(withoutComments(text)))
  } catch (error) {
    throw new CommandError(`${name} cannot be read: ${error instanceof Error ? error.message : ''}`)
  }
}

/** Comments, and commas before a closing bracket, are what JSONC has and JSON has not. */
function withoutComments(text: string): string {
  let json = ''
  for (let at = 0; at < text.length;) {
    const end = endOfToken(text, at)
    const token = text.slice(at, end)
    if (token.startsWith('//') || token.startsWith('/*')) json += ' '
    else if (/^[}\]]$/.test(token)) json = withoutComma(json) + token
    else json += token
    at = end
  }
  return json
}

/** Where a text, a comment, or any other character that begins at `at` ends. */
function endOfToken(text: string, at: number): number {
  if (text.startsWith('//', at)) return orEnd(text, text.indexOf('\n', at))
  if (text.startsWith('/*', at)) return orEnd(text, text.indexOf('*/', at + 2), 2)
  if (text[at] !== '"') return at + 1
  let end = at + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

function orEnd(text: string, found: number, length = 0): number {
  return found < 0 ? text.length : found + length
}

function withoutComma(json: string): string {
  const trimmed = json.trimEnd()
  return trimmed.endsWith(',') ? trimmed.slice(0, -1) : json
}

/** A value as a table; anything else is an empty one. */
export function tableOf(value: unknown): ConfigTable {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(Object.entries(value))
}
