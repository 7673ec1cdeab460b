/** Keys of machines for the operator's API: create, list, revoke. A key is shown once and stored as a hash. */
import { parseArgs } from 'node:util'
import { createKey, listKeys, revokeKey, type ListedKey } from '../core/operator/admin-keys.ts'
import { ADMIN_SCOPES, isAdminScope, type AdminScope } from '../settings/admin-scopes.ts'
import { answer } from './account.ts'
import {
  commandGroup,
  CommandError,
  commonOptions,
  EXIT,
  UsageError,
  type Command,
} from './command.ts'
import { confirm } from './confirm.ts'
import { answerPlan, confirmOptions, dryRunOptions } from './danger.ts'
import { faultText } from './fault-text.ts'
import { reachDatabase } from './environment.ts'
import { positive } from './list-users.ts'
import { printable, printTable, type Column } from './table.ts'

const DAY_MS = 86_400_000

/** Creates a key and prints it once, to standard output only, so that it can be piped into a secret store. */
const createCommand: Command = {
  usage: 'NAME --scopes SCOPES [OPTIONS]',
  summary: `Makes a key for a machine that uses the admin API; it is shown once. Scopes: ${ADMIN_SCOPES.join(', ')}.`,
  options: {
    '--scopes SCOPES': 'what it may do, separated by commas: users:read,audit:read',
    '--days N': 'for so many days; else until it is revoked',
  },
  run: async (args, io) => {
    const options = {
      ...commonOptions,
      scopes: { type: 'string' },
      days: { type: 'string' },
    } as const
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [name, ...more] = positionals
    if (name === undefined || more.length > 0)
      throw new UsageError('One NAME, in quotes where it has blanks.')
    const scopes = scopesOf(values.scopes)
    const days = values.days === undefined ? undefined : positive(values.days, '--days')
    const { deps } = await reachDatabase(values, io)
    const expiresAt = days === undefined ? undefined : new Date(deps.now.getTime() + days * DAY_MS)
    const made = await createKey(deps, { name, scopes, expiresAt })
    if (made.kind === 'invalid') {
      throw new UsageError(`NAME: ${made.faults.map(faultText).join(' ')}`)
    }
    const { id, key } = made
    answer(
      { io, isJson: values.json },
      { id, name, scopes, key, expires_at: expiresAt?.toISOString() ?? null },
      `${key}\nIt is not shown again. Number ${id}: npm run manage -- admin-key revoke ${id}`,
    )
    return EXIT.done
  },
}

/**
 * The scopes of a new key.
 *
 * @throws UsageError for an unknown one
 */
function scopesOf(text: string | undefined): readonly AdminScope[] {
  const words = (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (words.length === 0) throw new UsageError(`--scopes of ${ADMIN_SCOPES.join(', ')}.`)
  return words.map((word) => {
    if (isAdminScope(word)) return word
    throw new UsageError(`There is no scope ${word}: ${ADMIN_SCOPES.join(', ')}.`)
  })
}

/** Lists keys with their scopes, expiry and last use; never the key. */
const listCommand: Command = {
  usage: '[OPTIONS]',
  summary: 'Lists the keys of machines, and when each was last used.',
  options: {},
  run: async (args, io) => {
    const { values } = parseArgs({ args: [...args], options: commonOptions })
    const { deps } = await reachDatabase(values, io)
    const keys = await listKeys(deps.db)
    if (values.json) io.out(`${JSON.stringify({ keys: keys.map(keyJson) })}\n`)
    else printTable(io, COLUMNS, keys)
    return EXIT.done
  },
}

/** A key without its secret. */
function keyJson(key: ListedKey) {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  }
}

const COLUMNS: readonly Column<ListedKey>[] = [
  { title: 'ID', value: ({ id }) => String(id), isNumber: true },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'SCOPES', value: ({ scopes }) => scopes.join(',') },
  {
    title: 'LAST USED',
    value: lastUse,
  },
  {
    title: 'ENDS',
    value: ({ revokedAt, expiresAt }) =>
      revokedAt === null ? (expiresAt?.toISOString().slice(0, 10) ?? '') : 'revoked',
  },
]

/** When a key was last used, roughly: each use is not recorded, but one in a while. */
function lastUse({ lastUsedAt }: ListedKey): string {
  return lastUsedAt?.toISOString().slice(0, 13) ?? 'never'
}

/** Revokes a key at once. */
const revokeCommand: Command = {
  usage: 'ID [OPTIONS]',
  summary: 'Ends a key at once. It cannot be brought back: what uses it needs another one.',
  options: {},
  danger: 'asked',
  run: async (args, io) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...commonOptions, ...confirmOptions, ...dryRunOptions },
      allowPositionals: true,
    })
    const [text, ...more] = positionals
    if (text === undefined || more.length > 0) throw new UsageError('Which ID of admin-key list?')
    const id = positive(text, 'ID')
    const { deps } = await reachDatabase(values, io)
    const key = (await listKeys(deps.db)).find((one) => one.id === id && one.revokedAt === null)
    if (key === undefined) throw new CommandError(`There is no living key ${id}.`)
    const what = `${printable(key.name)} (${key.scopes.join(',')}, last used ${lastUse(key)})`
    if (values['dry-run']) {
      const body = { id, revoked: false, would_revoke: keyJson(key) }
      return answerPlan({ io, isJson: values.json }, body, `Would revoke the key ${id}: ${what}.`)
    }
    await confirm(values, io, { what: `Ends the key ${what}.`, word: key.name })
    const outcome = await revokeKey(deps, id)
    if (outcome === 'unknown') throw new CommandError(`There is no living key ${id}.`)
    answer({ io, isJson: values.json }, { id, revoked: true }, `Revoked the key ${id}.`)
    return EXIT.done
  },
}

/** The group of these commands. */
export const adminKeyCommand = commandGroup(
  'Makes, lists and revokes keys of machines that use the admin API.',
  {
    create: createCommand,
    list: listCommand,
    revoke: revokeCommand,
  },
)
