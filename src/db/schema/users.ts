/**
 * THE DECLARATION OF THE USER: one table of fields from which come the columns, rows, bodies, OpenAPI schema and
 * client types. A new field is a line here and a migration.
 */
import { getTableColumns, sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Django's `auth_user`. Uniqueness of names and addresses is decided inside the inserting
 * statement, not by an index, so that imported data with old duplicates still fits; the folded
 * columns hold `foldUsername()` and `foldEmail()` of their namesake and are what look-ups use.
 *
 * A new column is declared only here: with a default, inserts need not name it. Code that should see
 * it gets it from `userFields` below.
 */
export const users = sqliteTable(
  'users',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    username: text().notNull(),
    usernameFolded: text().notNull(),
    email: text().notNull().default(''),
    emailFolded: text().notNull().default(''),
    password: text().notNull(),
    firstName: text().notNull().default(''),
    lastName: text().notNull().default(''),
    isActive: integer({ mode: 'boolean' }).notNull().default(true),
    isStaff: integer({ mode: 'boolean' }).notNull().default(false),
    isSuperuser: integer({ mode: 'boolean' }).notNull().default(false),
    dateJoinedAt: integer({ mode: 'timestamp_ms' }).notNull(),
    lastLoginAt: integer({ mode: 'timestamp_ms' }),
    /** Every JWT issued before this second is refused: "log out everywhere", password changes. */
    tokensRevokedAt: integer({ mode: 'timestamp_ms' }),
  },
  (table) => [
    index('users_username_folded_idx').on(table.usernameFolded),
    index('users_email_folded_idx').on(table.emailFolded),
    // Few rows each: who looks for them reads no others.
    index('users_staff_idx')
      .on(table.id)
      .where(sql`is_staff = 1`),
    index('users_inactive_idx')
      .on(table.id)
      .where(sql`is_active = 0`),
    // How a name begins, ignoring case: only the accounts that have one.
    index('users_first_name_idx')
      .on(sql`lower("first_name")`)
      .where(sql`first_name <> ''`),
    index('users_last_name_idx')
      .on(sql`lower("last_name")`)
      .where(sql`last_name <> ''`),
  ],
)

type Column = keyof typeof users.$inferSelect

/** What is known of a column outside the database. */
type UserField = {
  /** Its name in `user/`; absent: it never leaves. */
  readonly wire?: string
  readonly type?: 'integer' | 'string'
  /** Its owner may change it, to a text of at most so many characters. */
  readonly editable?: { readonly maxLength: number }
}

/**
 * The columns that the rules read, in the order in which `user/` shows them: from this the row, the body, its JSON
 * Schema and the fields that a client may change are made.
 */
export const userFields = {
  id: { wire: 'pk', type: 'integer' },
  username: { wire: 'username', type: 'string' },
  email: { wire: 'email', type: 'string' },
  firstName: { wire: 'first_name', type: 'string', editable: { maxLength: 150 } },
  lastName: { wire: 'last_name', type: 'string', editable: { maxLength: 150 } },
  isActive: {},
  lastLoginAt: {},
  tokensRevokedAt: {},
} as const satisfies Partial<Record<Column, UserField>>

type UserFields = typeof userFields

/** Names of the columns that the rules read. */
export type UserFieldName = keyof UserFields

/** A row of `users` as the rules see it. The password hash is not part of it. */
export type UserColumns = Readonly<Pick<typeof users.$inferSelect, UserFieldName>>

/** Names of the texts that an owner may change. */
export type EditableName = {
  [Name in UserFieldName]: UserFields[Name] extends { readonly editable: unknown } ? Name : never
}[UserFieldName]

/** A user on the wire (dj-rest-auth: `UserDetailsSerializer`). */
export type ShownUser = {
  readonly [
    Name in UserFieldName as UserFields[Name] extends { readonly wire: infer Wire extends string }
      ? Wire
      : never
  ]: UserColumns[Name]
}

/** An editable column by its name on the wire. */
export type EditableWireName = UserFields[EditableName]['wire']

/** What a new row has where nothing is said: the table's defaults. */
export const newUserColumns = Object.fromEntries(
  Object.keys(userFields).map((name) => [name, defaultOf(name)]),
  // The names are those of the declaration, the values those of its columns.
) as UserColumns

function defaultOf(name: string): unknown {
  const column = Object.entries(getTableColumns(users)).find(([known]) => known === name)?.[1]
  return column?.default ?? null
}

const FIELDS: readonly (readonly [string, UserField])[] = Object.entries(userFields)

/** The columns that are shown, each with its name on the wire. */
export const shownFields = FIELDS.flatMap(([name, { wire, type = 'string' }]) =>
  wire === undefined ? [] : [{ name, wire, type }],
)

/** The texts that an owner may change. */
export const editableFields = Object.entries(userFields).flatMap(([name, field]) =>
  'editable' in field ? [{ name, wire: field.wire, ...field.editable }] : [],
)
