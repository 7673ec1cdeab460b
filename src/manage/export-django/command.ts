import { closeSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Deps } from '../../deps.ts'
import {
  CommandError,
  commonOptions,
  EXIT,
  UsageError,
  type Command,
  type ExitCode,
  type Io,
} from '../command.ts'
import { openCommandDeps } from '../environment.ts'
import {
  addressEntry,
  authTokenEntry,
  socialAccountEntry,
  spentTokenEntries,
  userEntry,
  type FixtureEntry,
} from './entries.ts'
import {
  exportedAddresses,
  exportedAuthTokens,
  exportedSocialAccounts,
  exportedSpentTokens,
  exportedUsers,
} from './read.ts'

const options = {
  ...commonOptions,
  'user-model': { type: 'string', default: 'auth.user' },
  'username-field': { type: 'string', default: 'username' },
  'without-tokens': { type: 'boolean', default: false },
} as const

/** Writes a fixture that takes everybody back to Django. */
export const exportDjangoCommand: Command = {
  usage: 'FILE [OPTIONS]',
  summary:
    'Writes users, e-mail addresses, tokens and social accounts as a fixture for loaddata: JSON, or JSON lines where FILE ends in .jsonl; - for the standard output. It holds password hashes and token keys in clear.',
  options: {
    '--user-model MODEL': 'a custom user model (accounts.user); default auth.user',
    '--username-field NAME': 'its field that names a user; email where it has no other',
    '--without-tokens': 'leave auth tokens and spent refresh tokens out',
  },
  run: runExport,
}

async function runExport(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new UsageError('Into which FILE?')
  const model = values['user-model'].toLowerCase()
  if (!/^\w+\.\w+$/.test(model)) throw new UsageError('--user-model is a word, a dot and a word.')
  const { deps } = openCommandDeps(values, io)
  const fixture = openFixture(path, io)
  const counts: Record<string, number> = {}
  const sealed: number[] = []
  try {
    const entries = fixtureEntries(deps, {
      model: { name: model, usernameField: values['username-field'] },
      hasTokens: !values['without-tokens'],
      onSealed: (userId) => sealed.push(userId),
    })
    for await (const [name, entry] of entries) {
      counts[name] = (counts[name] ?? 0) + 1
      fixture.write(entry)
    }
  } finally {
    fixture.close()
  }
  report(values.json, counts, sealed, io)
  return sealed.length > 0 ? EXIT.failed : EXIT.done
}

type ExportOptions = {
  readonly model: { readonly name: string; readonly usernameField: string }
  readonly hasTokens: boolean
  /** A token that no secret opens. */
  readonly onSealed: (userId: number) => void
}

/** Table and entry, in an order that foreign keys allow. */
async function* fixtureEntries(
  { db, settings, now }: Pick<Deps, 'db' | 'settings' | 'now'>,
  { model, hasTokens, onSealed }: ExportOptions,
): AsyncGenerator<readonly [string, FixtureEntry]> {
  for await (const user of exportedUsers(db)) yield ['users', userEntry(user, model)]
  for await (const address of exportedAddresses(db)) {
    yield ['emailAddresses', addressEntry(address)]
  }
  for await (const account of exportedSocialAccounts(db)) {
    yield ['socialAccounts', socialAccountEntry(account)]
  }
  if (!hasTokens) return
  for await (const token of exportedAuthTokens(db)) {
    const entry = await authTokenEntry(settings, token)
    if (entry === undefined) onSealed(token.userId)
    else yield ['authTokens', entry]
  }
  let pk = 0
  for await (const token of exportedSpentTokens(db, now)) {
    pk += 1
    for (const entry of spentTokenEntries(token, pk)) yield ['blacklistedTokens', entry]
  }
}

type FixtureFile = { readonly write: (entry: FixtureEntry) => void; readonly close: () => void }

/** For the owner's eyes only: what is in it logs everybody in. */
const PRIVATE_MODE = 0o600

function openFixture(path: string, io: Io): FixtureFile {
  const isLines = path.endsWith('.jsonl')
  const file = path === '-' ? undefined : openFile(resolve(io.directory, path))
  const put = (text: string): void => {
    if (file === undefined) io.out(text)
    else writeSync(file, text)
  }
  let isFirst = true
  return {
    write: (entry) => {
      if (isLines) put(`${entry}\n`)
      else put(`${isFirst ? '[\n' : ',\n'}${entry}`)
      isFirst = false
    },
    close: () => {
      if (!isLines) put(isFirst ? '[]\n' : '\n]\n')
      if (file !== undefined) closeSync(file)
    },
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'w', PRIVATE_MODE)
  } catch (error) {
    throw new CommandError(`The fixture cannot be written: ${String(error)}`)
  }
}

function report(
  isJson: boolean,
  counts: Readonly<Record<string, number>>,
  sealed: readonly number[],
  io: Io,
): void {
  if (isJson) {
    io.say(
      `${JSON.stringify({ kind: 'summary', exported: counts, sealedTokensOfUsers: sealed })}\n`,
    )
    return
  }
  const parts = Object.entries(counts).map(([name, count]) => `${count} ${name}`)
  io.say(`Exported: ${parts.length === 0 ? 'nothing' : parts.join(', ')}.\n`)
  if (sealed.length > 0) {
    io.say(
      `The auth tokens of ${sealed.length} users are left out: they were sealed under a SECRET_KEY that is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS.\n`,
    )
  }
}
