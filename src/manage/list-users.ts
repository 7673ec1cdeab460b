/** Lists accounts, and what lists of accounts share. */
import { parseArgs } from 'node:util'
import { listAccounts, type AccountRow } from '../core/accounts/operator.sql.ts'
import { accountBody } from '../surfaces/admin/bodies.ts'
import { commonOptions, EXIT, UsageError, type Command, type ExitCode, type Io } from './command.ts'
import { ownValueOf } from '../core/users/own-fields.ts'
import type { OwnField } from '../settings/own-fields.ts'
import { reachDatabase } from './environment.ts'
import { shownFields, wantedFields } from './own-fields.ts'
import { printTable, type Column } from './table.ts'
import { counted } from './plural.ts'

const options = {
  ...commonOptions,
  page: { type: 'string', default: '1' },
  'page-size': { type: 'string', default: '50' },
  active: { type: 'boolean', default: false },
  inactive: { type: 'boolean', default: false },
  field: { type: 'string', multiple: true, default: [] as string[] },
} as const

/** Lists accounts. */
export const listUsersCommand: Command = {
  usage: '[SEARCH] [OPTIONS]',
  summary: 'Lists accounts whose username or e-mail address contains SEARCH, by id.',
  options: {
    '--page N': 'which page; default 1',
    '--page-size N': 'accounts a page; default 50',
    '--active': 'active ones only',
    '--inactive': 'deactivated ones only',
    '--field NAME=VALUE': 'only with that value of a field of USER_FIELDS; as often as there are',
  },
  run: list,
}

/** Prints a page of accounts. */
async function list(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  if (positionals.length > 1) throw new UsageError('One SEARCH, in quotes where it has blanks.')
  if (values.active && values.inactive) throw new UsageError('--active or --inactive, not both.')
  const page = positive(values.page, '--page')
  const size = positive(values['page-size'], '--page-size')
  const { deps } = await reachDatabase(values, io)
  const { USER_FIELDS } = deps.settings
  const { total, accounts } = await listAccounts(deps.db, {
    search: positionals[0] ?? '',
    isActive: values.active ? true : values.inactive ? false : undefined,
    limit: size,
    offset: (page - 1) * size,
    own: wantedFields(USER_FIELDS, values.field),
  })
  const pages = Math.max(1, Math.ceil(total / size))
  if (values.json) {
    const bodyOf = (account: AccountRow) => ({
      ...accountBody(account),
      ...(USER_FIELDS.length === 0 ? {} : { fields: shownFields(USER_FIELDS, account.own) }),
    })
    io.out(`${JSON.stringify({ total, page, pages, users: accounts.map(bodyOf) })}\n`)
    return EXIT.done
  }
  printTable(io, [...USER_COLUMNS, ...ownColumns(USER_FIELDS)], accounts)
  io.say(`${counted(total, 'account')}, page ${page} of ${pages}.
`)
  return EXIT.done
}

/** A whole number above 0 in an option. */
export function positive(text: string, name: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${name} is a number above 0.`)
  return Number(text)
}

/** What a list of accounts shows a person. */
export const USER_COLUMNS: readonly Column<AccountRow>[] = [
  { title: 'ID', value: ({ id }) => String(id), isNumber: true },
  { title: 'USERNAME', value: ({ username }) => username },
  { title: 'E-MAIL', value: ({ email }) => email },
  {
    title: 'LAST LOGIN',
    value: ({ lastLoginAt }) => lastLoginAt?.toISOString().slice(0, 10) ?? 'never',
  },
  { title: 'STATE', value: stateOf },
]

/** Own fields beside them; JSON is too long for a table. */
export function ownColumns(fields: readonly OwnField[]): readonly Column<AccountRow>[] {
  return fields
    .filter(({ type }) => type !== 'json')
    .map((field) => ({
      title: field.name.toUpperCase(),
      value: ({ own }) => String(ownValueOf(field, own) ?? ''),
    }))
}

/** What is unusual about an account, in words. */
function stateOf(account: Pick<AccountRow, 'isActive' | 'isStaff' | 'isSuperuser'>): string {
  return [
    ...(account.isActive ? [] : ['inactive']),
    ...(account.isSuperuser ? ['superuser'] : account.isStaff ? ['staff'] : []),
  ].join(', ')
}
