/**
 * SQL of custom fields (`USER_FIELDS`): a JSON document for each account, and a table of values that must be
 * unique.
 */
import { NO_USER_ID } from './user.ts'
import { and, eq, inArray, sql, type SQL } from 'drizzle-orm'
import { insertRow } from '../../db/insert-row.ts'
import type { Database } from '../../db/open.ts'
import { ownFieldKeys, ownFields } from '../../db/schema/own-fields.ts'
import { users } from '../../db/schema/users.ts'
import type { OwnValues, UniqueValue } from './own-fields.ts'

/** Own fields about to be written. */
export type OwnChanges = {
  readonly values: OwnValues
  /** Those of the values that must be unique. */
  readonly unique: readonly UniqueValue[]
}

/** An account's id, or a subquery of it. */
type UserId = number | SQL

function givenRows(unique: readonly UniqueValue[]): SQL {
  return sql`json_each(${JSON.stringify(unique)}) as given`
}

const isGiven = sql`holder.field = json_extract(given.value, '$.field')
  and holder.folded = json_extract(given.value, '$.folded')`

/** The condition that another account has one of the values. */
export function isOwnTaken(unique: readonly UniqueValue[], userId: number = NO_USER_ID): SQL {
  if (unique.length === 0) return sql`0`
  return sql`exists (select 1 from ${givenRows(unique)}, ${ownFieldKeys} as holder
    where ${isGiven} and holder.user_id <> ${userId})`
}

/** A value that an own field must have; `fallback`: its value where none was given. */
export type OwnWanted = {
  readonly name: string
  readonly value: unknown
  readonly fallback: unknown
}

/** Whether an account, a row of `users`, has it. */
export function hasOwnValue({ name, value, fallback }: OwnWanted): SQL {
  const kept = sql`(select json_extract(${ownFields.document}, ${`$."${name}"`}) from ${ownFields}
    where ${ownFields.userId} = "users"."id")`
  const asJson = (one: unknown) => sql`json_extract(${JSON.stringify(one ?? null)}, '$')`
  return sql`coalesce(${kept}, ${asJson(fallback)}) is ${asJson(value)}`
}

/** The own fields of a row of `users` as they are kept. */
export const ownDocument = sql<OwnValues | null>`(select ${ownFields.document} from ${ownFields}
  where ${ownFields.userId} = "users"."id")`.mapWith(readDocument)

/** Those of one account. One round trip. */
export async function readOwnDocument(db: Database, userId: number): Promise<OwnValues | null> {
  const [row] = await db
    .select({ document: ownFields.document })
    .from(ownFields)
    .where(eq(ownFields.userId, userId))
  // Written by the statements below, and nothing else.
  return (row?.document as OwnValues | undefined) ?? null
}

/** Those of several accounts, by account. One round trip. */
export async function readOwnDocuments(
  db: Database,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, OwnValues>> {
  const rows = await db
    .select()
    .from(ownFields)
    .where(inArray(ownFields.userId, [...userIds]))
  // Written by the statements below, and nothing else.
  return new Map(rows.map(({ userId, document }) => [userId, document as OwnValues]))
}

/** Which fields hold a value that another account has. */
export function selectOwnTaken(
  db: Database,
  unique: readonly UniqueValue[],
  userId: number = NO_USER_ID,
) {
  return db.all<{ readonly field: string }>(
    sql`select holder.field as field from ${givenRows(unique)}, ${ownFieldKeys} as holder
      where ${isGiven} and holder.user_id <> ${userId}`,
  )
}

/** Writes the own fields of an account that the batch makes; nothing where it makes none. */
export function insertOwnFields(db: Database, userId: SQL, { values, unique }: OwnChanges) {
  const isMade = sql`${userId} is not null`
  return [
    insertRow(db, ownFields, { values: { userId, document: values }, from: sql`where ${isMade}` }),
    insertKeys(db, { userId, unique }, isMade),
  ] as const
}

/**
 * The same without values that another account has: the user is not asked again (social sign-up). Returns what is
 * stored.
 */
export function insertFreeOwnFields(db: Database, userId: SQL, { values, unique }: OwnChanges) {
  const isMade = sql`${userId} is not null`
  const entries = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)])
  const document = sql`(select json_group_object(
      json_extract(entry.value, '$[0]'), json(json_extract(entry.value, '$[1]')))
    from json_each(${JSON.stringify(entries)}) as entry
    where not exists (select 1 from ${givenRows(unique)}, ${ownFieldKeys} as holder
      where ${isGiven} and holder.field = json_extract(entry.value, '$[0]')))`
  return [
    insertRow(db, ownFields, {
      values: { userId, document },
      from: sql`where ${isMade}`,
    }).returning({
      document: sql`${ownFields.document}`.mapWith(readDocument),
    }),
    insertKeys(db, { userId, unique }, isMade).onConflictDoNothing(),
  ] as const
}

/** What was made of values just now. */
function readDocument(text: string): OwnValues {
  // `insertFreeOwnFields` has made it of such values.
  return JSON.parse(text) as OwnValues
}

function insertKeys(
  db: Database,
  { userId, unique }: { readonly userId: UserId; readonly unique: readonly UniqueValue[] },
  condition: SQL | undefined,
) {
  const row = {
    field: sql`json_extract(given.value, '$.field')`,
    folded: sql`json_extract(given.value, '$.folded')`,
    userId: sql`${userId}`,
  }
  return insertRow(db, ownFieldKeys, {
    values: row,
    from: sql`from ${givenRows(unique)} where ${condition}`,
  })
}

/**
 * Changes own fields of an account where `condition` holds; the other ones stay. `uniqueFields`: those among them whose
 * old value is free from now on.
 */
export function changeOwnFields(
  db: Database,
  {
    userId,
    uniqueFields,
    values,
    unique,
  }: OwnChanges & { readonly userId: number; readonly uniqueFields: readonly string[] },
  condition: SQL | undefined,
) {
  const isOwner = and(eq(users.id, userId), condition)
  // Names are small letters, digits, _ and one dot: `USER_FIELDS` takes no others.
  const pairs = Object.entries(values).flatMap(([name, value]) => [
    sql`${`$."${name}"`}`,
    sql`json(${JSON.stringify(value)})`,
  ])
  const changed = (document: SQL) => sql`json_set(${document}, ${sql.join(pairs, sql`, `)})`
  const row = { userId: sql`${users.id}`, document: changed(sql`'{}'`) }
  return [
    db
      .delete(ownFieldKeys)
      .where(
        and(
          eq(ownFieldKeys.userId, userId),
          inArray(ownFieldKeys.field, [...uniqueFields]),
          sql`exists (select 1 from ${users} where ${isOwner})`,
        ),
      ),
    insertKeys(db, { userId, unique }, sql`exists (select 1 from ${users} where ${isOwner})`),
    insertRow(db, ownFields, {
      values: row,
      from: sql`from ${users} where ${isOwner}`,
    }).onConflictDoUpdate({
      target: ownFields.userId,
      set: { document: changed(sql`"own_fields"."document"`) },
    }),
  ] as const
}
