/** `.dev.vars`: reads it, and adds what is missing for a service on this machine. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { isUrl } from '../../is-url.ts'

/** What `.dev.vars` must say for a service on this machine. */
export type OwnMachine = {
  /** Where the Worker listens. */
  readonly port: number
  /** Where the database listens. */
  readonly databasePort: number
  readonly newSecret: () => string
}

/** The variables of a file like `.dev.vars`; none where there is no file. */
export function readVariablesFile(file: string): Readonly<Record<string, string | undefined>> {
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

/** Whether a URL leads to this machine; a missing one will. */
export function isOwnMachine(url: string | undefined): boolean {
  if (url === undefined || url === '') return true
  if (!isUrl(url)) return false
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}

/**
 * Completes `.dev.vars`: what is missing is added, addresses on this machine get its ports, and what
 * someone has written there themselves stays. Returns the names that were written.
 */
export function completeVariablesFile(file: string, own: OwnMachine): readonly string[] {
  const known = readVariablesFile(file)
  const wanted = {
    ...(isEmpty(known['SECRET_KEY']) ? { SECRET_KEY: own.newSecret() } : {}),
    ...(isOwnMachine(known['TURSO_DATABASE_URL'])
      ? { TURSO_DATABASE_URL: `http://127.0.0.1:${own.databasePort}` }
      : {}),
    ...(isOwnMachine(known['PUBLIC_URL']) ? { PUBLIC_URL: `http://localhost:${own.port}` } : {}),
    // A mailbox that everyone on this machine may read, and a provider that sends: one or the other.
    ...(isEmpty(known['DEV_MAILBOX']) && isEmpty(known['RESEND_API_KEY'])
      ? { DEV_MAILBOX: 'true' }
      : {}),
  }
  const changed = Object.entries(wanted).filter(([name, value]) => known[name] !== value)
  if (changed.length === 0) return []
  const names = changed.map(([name]) => name)
  const kept = (existsSync(file) ? readFileSync(file, 'utf8') : HEADER)
    .split('\n')
    .filter((line) => !names.some((name) => line.trimStart().startsWith(`${name}=`)))
  while (kept.at(-1) === '') kept.pop()
  const lines = changed.map(([name, value]) => `${name}="${value}"`)
  writeFileSync(file, `${[...kept, ...lines].join('\n')}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return names
}

const HEADER = '# Secrets of `npm run dev`, on this machine alone. Never committed.'

function isEmpty(value: string | undefined): boolean {
  return value === undefined || value === ''
}
