import { readFileSync } from 'node:fs'

const text = readFileSync(new URL('../../../docs/clients.md', import.meta.url), 'utf8')

/** The settings that docs/clients.md tells the users of a client, from the block under its heading. */
export function documentedSettings(heading: string): Readonly<Record<string, string>> {
  const section = text.split(/^###? /m).find((one) => one.startsWith(heading)) ?? ''
  const block = /^```\n([^]*?)^```/m.exec(section)?.[1] ?? ''
  const lines = block.split('\n').filter((line) => line !== '')
  if (lines.length === 0) throw new Error(`no settings under ${heading}`)
  return Object.fromEntries(lines.map(settingOf))
}

/** Those of the table about cookies of another origin. */
export function otherOriginSettings(): Readonly<Record<string, string>> {
  const section = text.split(/^## /m).find((one) => one.startsWith('Another origin')) ?? ''
  const rows = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, row = '']) => row)
  return Object.fromEntries(rows.map(settingOf))
}

function settingOf(line: string): [string, string] {
  const equals = line.indexOf('=')
  return [line.slice(0, equals), line.slice(equals + 1)]
}
