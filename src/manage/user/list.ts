/** Searching accounts on the command line. */
import { parseArgs } from 'node:util'
import { findUsers, type ListedUser, type UserFilter } from '../../core/operator/search.sql.ts'
import { readOwnDocuments } from '../../core/users/own-fields.sql.ts'
import type { Database } from '../../db/open.ts'
import { listedUserBody } from '../../surfaces/admin/bodies.ts'
import {
  commonOptions,
  EXIT,
  UsageError,
  type Command,
  type ExitCode,
  type Io,
} from '../command.ts'
import { reachDatabase } from '../environment.ts'
import { ownColumns, positive, USER_COLUMNS } from '../list-users.ts'
import { shownFields } from '../own-fields.ts'
import { printTable } from '../table.ts'

const options = {
  ...commonOptions,
  limit: { type: 'string', default: '50' },
  after: { type: 'string' },
  active: { type: 'boolean', default: false },
  inactive: { type: 'boolean', default: false },
  staff: { type: 'boolean', default: false },
  verified: { type: 'boolean', default: false },
  unverified: { type: 'boolean', default: false },
  fields: { type: 'boolean', default: false },
  provider: { type: 'string' },
  'logged-in-since': { type: 'string' },
  'not-since': { type: 'string' },
} as const

/** Finds accounts, by the same search as the admin API. */
export const listCommand: Command = {
  usage: '[SEARCH] [OPTIONS]',
  summary: 'Finds accounts whose username or address begins with SEARCH; without it, the newest.',
  options: {
    '--active, --inactive': 'only those',
    '--staff': 'only who works here',
    '--verified, --unverified': 'only with a verified address, or without',
    '--provider NAME': 'only with an account there (google)',
    '--logged-in-since TIME': 'only who logged in since then',
    '--not-since TIME': 'only who did not log in since then',
    '--fields': 'with the fields of USER_FIELDS',
    '--limit N': 'accounts a page; default 50',
    '--after CURSOR': 'the next page, as the one before names it',
  },
  run: list,
}

/** Searches and prints a page. */
async function list(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  if (positionals.length > 1) throw new UsageError('One SEARCH, in quotes where it has blanks.')
  const filter: UserFilter = {
    search: positionals[0] ?? '',
    ...either(values.active, values.inactive, 'isActive'),
    ...either(values.verified, values.unverified, 'isVerified'),
    ...(values.staff ? { isStaff: true } : {}),
    ...(values.provider === undefined ? {} : { provider: values.provider }),
    ...timeOf(values['logged-in-since'], 'lastLoginSince'),
    ...timeOf(values['not-since'], 'lastLoginBefore'),
  }
  const limit = positive(values.limit, '--limit')
  const { deps } = await reachDatabase(values, io)
  const page = await findUsers(deps.db, filter, { limit, after: values.after })
  if (page === 'bad_cursor') throw new UsageError('--after takes what the page before names.')
  const { next } = page
  const users = values.fields ? await withOwnFields(deps.db, page.users) : page.users
  const fields = values.fields ? deps.settings.USER_FIELDS : []
  if (values.json) {
    const bodyOf = (user: ListedUser) => ({
      ...listedUserBody(user),
      ...(values.fields ? { fields: shownFields(fields, user.own) } : {}),
    })
    io.out(`${JSON.stringify({ users: users.map(bodyOf), next: next ?? null })}\n`)
    return EXIT.done
  }
  printTable(io, [...USER_COLUMNS, ...ownColumns(fields)], users)
  if (next !== undefined) io.say(`More: --after ${next}\n`)
  return EXIT.done
}

/** Adds custom fields to the found accounts, where they are asked for. */
async function withOwnFields(
  db: Database,
  users: readonly ListedUser[],
): Promise<readonly ListedUser[]> {
  const own = await readOwnDocuments(
    db,
    users.map(({ id }) => id),
  )
  return users.map((user) => ({ ...user, own: own.get(user.id) ?? null }))
}

function either<Name extends string>(
  yes: boolean,
  no: boolean,
  name: Name,
): Partial<Record<Name, boolean>> {
  if (yes && no) throw new UsageError('One of the two, not both.')
  if (!yes && !no) return {}
  return { [name]: yes } as Partial<Record<Name, boolean>>
}

function timeOf<Name extends string>(
  text: string | undefined,
  name: Name,
): Partial<Record<Name, Date>> {
  if (text === undefined) return {}
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) {
    throw new UsageError('A time is 2027-03-04 or 2027-03-04T05:06Z.')
  }
  return { [name]: time } as Partial<Record<Name, Date>>
}
