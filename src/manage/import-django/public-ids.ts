/** Projects whose users have UUIDs as primary keys. Tables here refer to numbers, and clients see the UUIDs. */
import type { DatabaseSync } from 'node:sqlite'
import { parseUuid } from '../../core/users/public-id.ts'
import { CommandError } from '../command.ts'
import { columnsOf, type Source } from './source.ts'

/** What the target knows of users whose ids are UUIDs. */
export type KnownPublicIds = {
  /** Numbers of the users who have these UUIDs already. */
  readonly numbersOf: (publicIds: readonly string[]) => Promise<ReadonlyMap<string, number>>
  /** Numbers of the users of exactly these names who have none: an import was interrupted before theirs was written. */
  readonly unnamed: (usernames: readonly string[]) => Promise<ReadonlyMap<string, number>>
  readonly highestId: () => Promise<number>
}

const ROWS_A_PAGE = 1000

/** Whether users are known by UUIDs in Django. */
export function hasUuids({ database, model }: Source): boolean {
  const row = database.prepare(`select id from "${model.table}" where id is not null limit 1`).get()
  return row !== undefined && parseUuid(String(row['id'])) !== undefined
}

/**
 * Numbers such users and keeps their UUIDs as public ids (`USER_PK = "uuid"`). Users who are here keep their
 * number, so a second import finds them. From then on views stand before the source's tables, in which references
 * are numbers: the source file itself is never written to.
 *
 * @throws CommandError where the settings would show clients the numbers
 */
export async function numberUsers(
  source: Source,
  userPk: 'integer' | 'uuid',
  known: KnownPublicIds,
): Promise<Source> {
  if (!hasUuids(source)) return source
  if (userPk !== 'uuid') {
    throw new CommandError(
      'The ids of the users are UUIDs: set USER_PK = "uuid", and clients go on seeing them.',
    )
  }
  const { database, model } = source
  database.function('parse_uuid', { deterministic: true }, (value) =>
    value === null ? null : (parseUuid(String(value)) ?? null),
  )
  database.exec(
    'create temp table user_numbers (public_id text primary key, id integer not null) without rowid',
  )
  await giveNumbers(source, known)
  for (const [table, column] of referring(source)) shadow(database, table, column)
  return { ...source, model: { ...model, hasUuids: true } }
}

async function giveNumbers({ database, model }: Source, known: KnownPublicIds): Promise<void> {
  const page = database.prepare(
    `select rowid as "at", parse_uuid(id) as "publicId", cast("${model.usernameColumn}" as text) as "name"
     from "${model.table}" where rowid > ? order by rowid limit ${ROWS_A_PAGE}`,
  )
  const insert = database.prepare(
    'insert or ignore into user_numbers (public_id, id) values (?, ?)',
  )
  let nextId = (await known.highestId()) + 1
  let after = 0
  for (;;) {
    const rows = page.all(after)
    const last = rows.at(-1)
    if (last === undefined) return
    after = Number(last['at'])
    const users = rows.flatMap(({ publicId, name }) =>
      publicId === null ? [] : [{ publicId: String(publicId), name: String(name) }],
    )
    const here = await known.numbersOf(users.map(({ publicId }) => publicId))
    const strangers = users.filter(({ publicId }) => !here.has(publicId))
    const interrupted = await known.unnamed(strangers.map(({ name }) => name))
    for (const { publicId, name } of users) {
      const id = here.get(publicId) ?? interrupted.get(name) ?? nextId++
      insert.run(publicId, id)
    }
  }
}

/** Every table that refers to users, and the column in which it does. */
function referring({ database, model }: Source): readonly (readonly [string, string])[] {
  const others = [
    'account_emailaddress',
    'authtoken_token',
    'socialaccount_socialaccount',
    'token_blacklist_outstandingtoken',
    'dj_rest_auth_mfa_authenticator',
    'mfa_authenticator',
    'passkeys_webauthncredential',
    ...[...(model.own?.keys() ?? [])].filter((table) => table !== model.table),
  ]
  const links = ['groups', 'user_permissions'].flatMap((name) => {
    const table = `${model.table}_${name}`
    const other = name === 'groups' ? 'group_id' : 'permission_id'
    const column = columnsOf(database, table).find((one) => one !== 'id' && one !== other)
    return column === undefined ? [] : [[table, column] as const]
  })
  return [
    [model.table, 'id'],
    ...others.flatMap((table) =>
      columnsOf(database, table).includes('user_id') ? [[table, 'user_id'] as const] : [],
    ),
    ...links,
  ]
}

/**
 * Puts a view of the same name before a table (SQLite looks into `temp` first). A reference to a user who is not in
 * the source stays a key that resolves to nothing.
 */
function shadow(database: DatabaseSync, table: string, column: string): void {
  const number = `(select n.id from user_numbers n where n.public_id = parse_uuid(t."${column}"))`
  const columns = columnsOf(database, table).map((name) =>
    name === column
      ? `case when t."${name}" is null then null
          else coalesce(${number}, '["' || t."${name}" || '"]') end as "${name}"`
      : `t."${name}"`,
  )
  const own = column === 'id' ? `, parse_uuid(t.id) as public_id` : ''
  database.exec(
    `create temp view "${table}" as select ${columns.join(', ')}${own}, t.rowid as rowid
     from main."${table}" t`,
  )
}
