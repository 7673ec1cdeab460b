/**
 * The way back: writes a Django fixture with all users and what belongs to them, so that adopting this service is
 * no one-way street.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Deps } from '../../deps.ts'
import {
  commonOptions,
  EXIT,
  UsageError,
  type Command,
  type ExitCode,
  type Io,
} from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { openPrivateFile, type PrivateFile } from '../private-file.ts'
import {
  addressEntry,
  authTokenEntry,
  groupEntry,
  profileEntry,
  socialAccountEntry,
  spentTokenEntries,
  userEntry,
  userNames,
  type FixtureEntry,
} from './entries.ts'
import { factorEntries, type FactorApp, type LeftBehind } from './factors.ts'
import { byTable } from '../import-django/more.ts'
import {
  countFactorOwners,
  countRights,
  exportedAddresses,
  exportedAuthTokens,
  exportedGroups,
  exportedSocialAccounts,
  exportedSpentTokens,
  exportedUsers,
} from './read.ts'
import { counted } from '../plural.ts'

const options = {
  ...commonOptions,
  'user-model': { type: 'string', default: 'auth.user' },
  'username-field': { type: 'string', default: 'username' },
  'no-own-columns': { type: 'boolean', default: false },
  'without-tokens': { type: 'boolean', default: false },
  'second-factors': { type: 'string' },
  'user-table': { type: 'string' },
} as const

/** Writes a fixture for `loaddata`. */
export const exportDjangoCommand: Command = {
  usage: 'FILE [OPTIONS]',
  summary:
    'Writes users, e-mail addresses, tokens and social accounts for docs/load_rest_auth_edge.py, which takes them into any user model: JSON, or JSON lines where FILE ends in .jsonl; - for the standard output. It holds password hashes and token keys in clear.',
  options: {
    '--user-model MODEL':
      'a user model of your own (accounts.user) for loaddata, which resets every column that Django does not have: needs --no-own-columns',
    '--no-own-columns': 'the user model has no columns but those of Django',
    '--username-field NAME': 'field of --user-model that names a user; email where it has no other',
    '--user-table NAME':
      'table of a custom user model (accounts_user), where USER_FIELDS have columns in it',
    '--second-factors APP':
      'second factors and passkeys, their secrets in clear, for the tables of dj-rest-auth or allauth; else they stay here',
    '--without-tokens': 'leave auth tokens and spent refresh tokens out',
  },
  run: runExport,
}

/** Checks the options, writes the entries, reports what could not be exported. */
async function runExport(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new UsageError('Into which FILE?')
  const model = modelOf(values['user-model'], values['no-own-columns'])
  const factorApp = factorAppOf(values['second-factors'])
  const { deps } = await reachDatabase(values, io)
  const left = new Map<LeftBehind, Set<number>>()
  const fixture = openFixture(path, io)
  const counts: Record<string, number> = {}
  const sealed: number[] = []
  try {
    const entries = fixtureEntries(deps, {
      model: { name: model, usernameField: values['username-field'], table: values['user-table'] },
      hasTokens: !values['without-tokens'],
      factorApp,
      onLeftBehind: (what, userId) => {
        left.set(what, (left.get(what) ?? new Set()).add(userId))
      },
      onSealed: (userId) => sealed.push(userId),
      onNameless: (count) => {
        io.say(
          `${counted(count, 'permission that was granted here is', 'permissions that were granted here are')} left out: Django knows their models.\n`,
        )
      },
    })
    for await (const [name, page] of entries) {
      counts[name] = (counts[name] ?? 0) + page.length
      for (const entry of page) fixture.write(entry)
    }
    fixture.keep()
  } catch (error) {
    fixture.discard()
    throw error
  }
  await reportFactors(deps, io, factorApp === undefined ? undefined : left)
  report({ isJson: values.json, io }, counts, sealed)
  if (!values.json) io.say(model === DJANGOS_OWN ? HOW_TO_LOAD : `Warning: ${explainLoss(model)}\n`)
  return sealed.length > 0 || left.has('secret') ? EXIT.failed : EXIT.done
}

/** The user model, which Django projects may replace (`AUTH_USER_MODEL`). */
function modelOf(given: string, hasNoOwnColumns: boolean): string {
  const model = given.toLowerCase()
  if (!/^\w+\.\w+$/.test(model)) throw new UsageError('--user-model is a word, a dot and a word.')
  if (model !== DJANGOS_OWN && !hasNoOwnColumns) throw new UsageError(explainLoss(model))
  return model
}

/** The package whose tables take second factors. */
function factorAppOf(given: string | undefined): FactorApp | undefined {
  if (given === undefined || given === 'dj-rest-auth' || given === 'allauth') return given
  throw new UsageError('--second-factors is dj-rest-auth or allauth.')
}

/** What of second factors cannot go along, by the number of users whose it is. */
const LEFT_BEHIND: Readonly<Record<LeftBehind, (users: number) => string>> = {
  recovery_codes: (users) =>
    `The recovery codes of ${counted(users, 'user')} are left out: only their hashes are kept here, or Django makes its own from a seed. They make new ones there.`,
  secret: (users) =>
    `The authenticator apps of ${counted(users, 'user')} are left out: they were sealed under a SECRET_KEY that is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS. In Django a password alone logs them in.`,
  passkey_handle: (users) =>
    `Passkeys of ${counted(users, 'user')} are a second factor in allauth, and no login by themselves: allauth finds their owners by a user handle that passkeys of this service do not have.`,
}

/** Reports accounts that will be less protected in Django than here. */
async function reportFactors(
  { db }: Pick<Deps, 'db'>,
  io: Io,
  left: ReadonlyMap<LeftBehind, ReadonlySet<number>> | undefined,
): Promise<void> {
  for (const [what, users] of left ?? []) io.say(`${LEFT_BEHIND[what](users.size)}\n`)
  if (left !== undefined) return
  const owners = await countFactorOwners(db)
  if (owners === 0) return
  io.say(
    `The second factors and passkeys of ${counted(owners, 'user')} are left out: in Django a password alone logs them in until they set one up. --second-factors takes them along.\n`,
  )
}

const DJANGOS_OWN = 'auth.user'

/** Warns that `loaddata` replaces rows: columns that the fixture does not name get their defaults. */
function explainLoss(model: string): string {
  return `manage.py loaddata resets every column of ${model} that Django's own user model does not have. Export without --user-model and take the file in with docs/load_rest_auth_edge.py, which leaves such columns alone. --no-own-columns says that there are none.`
}

const HOW_TO_LOAD =
  "Into Django: manage.py load_rest_auth_edge FILE (docs/load_rest_auth_edge.py). loaddata fits Django's own user model alone, and resets columns that this service does not know.\n"

type ExportOptions = {
  readonly model: {
    readonly name: string
    readonly usernameField: string
    /** Its table, where own fields say it. */
    readonly table: string | undefined
  }
  readonly hasTokens: boolean
  /** Whose tables second factors go to; `undefined`: they stay here. */
  readonly factorApp: FactorApp | undefined
  readonly onLeftBehind: (left: LeftBehind, userId: number) => void
  /** A token that no secret opens. */
  readonly onSealed: (userId: number) => void
  /** Permissions that were granted here: Django's name them by a model, too. */
  readonly onNameless: (count: number) => void
}

/** Entries by what they are called in the summary. */
type Entries = AsyncGenerator<readonly [string, readonly FixtureEntry[]]>

/** Entries in an order that foreign keys allow. */
async function* fixtureEntries(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'randomBytes'>,
  { model, hasTokens, factorApp, onSealed, onNameless, onLeftBehind }: ExportOptions,
): Entries {
  const { db, settings } = deps
  const groups = await exportedGroups(db)
  if (groups.length > 0) yield ['groups', groups.map(groupEntry)]
  const { userPermissions, nameless } = await countRights(db)
  if (nameless > 0) onNameless(nameless)
  const hasRights = groups.length + userPermissions > 0
  const tables = byTable(settings.USER_FIELDS)
  const userTable = model.table ?? model.name.replace('.', '_')
  const fields = tables.get(userTable) ?? []
  const profiles = [...tables].filter(([table]) => table !== userTable)
  const nameOf = userNames(settings)
  for await (const page of exportedUsers(db)) {
    const named = await Promise.all(
      page.map(async (user) => ({ user, pk: await nameOf(user.id, user.publicId) })),
    )
    yield ['users', named.map((user) => userEntry(user, { ...model, hasRights, fields }))]
    const entries = named.flatMap((user) =>
      profiles.flatMap(([table, of]) => profileEntry(user, table, of) ?? []),
    )
    if (entries.length > 0) yield ['profiles', entries]
  }
  yield* accountEntries(deps)
  if (factorApp !== undefined) {
    for await (const [name, entry] of factorEntries(deps, factorApp, onLeftBehind)) {
      yield [name, [entry]]
    }
  }
  if (hasTokens) yield* tokenEntries(deps, onSealed)
}

/** Addresses and social accounts. */
async function* accountEntries({ db, settings }: Pick<Deps, 'db' | 'settings'>): Entries {
  const nameOf = userNames(settings)
  const named = <Row extends { readonly userId: number; readonly publicId: string | null }>(
    page: readonly Row[],
    write: (row: Row, user: number | string) => FixtureEntry,
  ) => Promise.all(page.map(async (row) => write(row, await nameOf(row.userId, row.publicId))))
  for await (const page of exportedAddresses(db)) {
    yield ['emailAddresses', await named(page, addressEntry)]
  }
  for await (const page of exportedSocialAccounts(db)) {
    yield ['socialAccounts', await named(page, socialAccountEntry)]
  }
}

/** Auth tokens and spent refresh tokens. */
async function* tokenEntries(
  { db, settings, now }: Pick<Deps, 'db' | 'settings' | 'now'>,
  onSealed: ExportOptions['onSealed'],
): Entries {
  const nameOf = userNames(settings)
  for await (const page of exportedAuthTokens(db)) {
    const entries = await Promise.all(
      page.map(async (token) =>
        authTokenEntry(settings, token, await nameOf(token.userId, token.publicId)),
      ),
    )
    const opened: FixtureEntry[] = []
    for (const [index, token] of page.entries()) {
      const entry = entries[index]
      if (entry === undefined) onSealed(token.userId)
      else opened.push(entry)
    }
    if (opened.length > 0) yield ['authTokens', opened]
  }
  let pk = 0
  for await (const page of exportedSpentTokens(db, now)) {
    const entries: FixtureEntry[] = []
    for (const token of page) {
      pk += 1
      const { userId, publicId } = token
      const user = userId === null ? null : await nameOf(userId, publicId)
      entries.push(...spentTokenEntries(token, user, pk))
    }
    yield ['blacklistedTokens', entries]
  }
}

type FixtureFile = {
  readonly write: (entry: FixtureEntry) => void
  readonly keep: () => void
  readonly discard: () => void
}

/** The output: a private file, or standard output. */
function openFixture(path: string, io: Io): FixtureFile {
  const isLines = path.endsWith('.jsonl')
  const file = path === '-' ? standardOutput(io) : openPrivateFile(resolve(io.directory, path))
  let isFirst = true
  return {
    write: (entry) => {
      if (isLines) file.write(`${entry}\n`)
      else file.write(`${isFirst ? '[\n' : ',\n'}${entry}`)
      isFirst = false
    },
    keep: () => {
      if (!isLines) file.write(isFirst ? '[]\n' : '\n]\n')
      file.keep()
    },
    discard: file.discard,
  }
}

function standardOutput(io: Io): PrivateFile {
  return { write: io.out, keep: () => undefined, discard: () => undefined }
}

function report(
  { isJson, io }: { readonly isJson: boolean; readonly io: Io },
  counts: Readonly<Record<string, number>>,
  sealed: readonly number[],
): void {
  if (isJson) {
    io.say(
      `${JSON.stringify({ kind: 'summary', exported: counts, sealedTokensOfUsers: sealed })}\n`,
    )
    return
  }
  // `emailAddresses` reads `email addresses`.
  const words = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  const parts = Object.entries(counts).map(([name, count]) => `${words(name)} ${count}`)
  io.say(`Exported: ${parts.length === 0 ? 'nothing' : parts.join(', ')}.\n`)
  if (sealed.length > 0) {
    io.say(
      `The auth tokens of ${counted(sealed.length, 'user')} are left out: they were sealed under a SECRET_KEY that is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS.\n`,
    )
  }
}
