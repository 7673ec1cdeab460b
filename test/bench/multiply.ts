/** Makes a Django database larger by SQL: Django itself writes some thousand users a second. */
import { freemem } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { withoutIndexes } from '../../bench/filled-database.ts'

/** Of the memory that is free: pages of indexes are then written once, and not with every copy that touches them. */
const CACHE_SHARE = 0.4

/** Users of a copy come after those of the one before; their names end in its number, and random values are new. */
export function multiplyUsers(file: string, copies: number): void {
  const database = new DatabaseSync(file)
  database.exec(
    `pragma journal_mode = off; pragma synchronous = off; pragma foreign_keys = off;
     pragma cache_size = -${Math.round((freemem() * CACHE_SHARE) / 1024)}; pragma threads = 2`,
  )
  const [first = 0] = numbersOf(database, 'select count(*) from auth_user')
  const originals = TABLES.map(([table, changed]) => {
    const [highest = 0] = numbersOf(database, `select max(rowid) from ${table}`)
    return { table, changed, first, highest }
  })
  const numbers = Array.from({ length: Math.max(0, copies - 1) }, (_, index) => index + 1)
  withoutIndexes(
    database,
    numbers.flatMap((copy) => originals.map((original) => copyOf(database, { ...original, copy }))),
  )
  database.close()
}

type Copy = {
  readonly table: string
  readonly changed: Changed
  /** Its number. */
  readonly copy: number
  /** How many users Django has written. */
  readonly first: number
  /** The last row of the table that Django has written. */
  readonly highest: number
}

function copyOf(database: DatabaseSync, { table, changed, copy, first, highest }: Copy): string {
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all(table)
    .map(({ name }) => String(name))
  const shift = highest * copy
  const values = columns.map((name) => {
    if (name === 'user_id') return `user_id + ${first * copy}`
    // The tables of outstanding and of blacklisted tokens have the same ids in every copy.
    if (name === 'id' || name === 'token_id') return `"${name}" + ${shift}`
    return changed[name]?.(copy) ?? `"${name}"`
  })
  return `insert into ${table} (${columns.map((name) => `"${name}"`).join(', ')})
    select ${values.join(', ')} from ${table} where rowid <= ${highest}`
}

type Changed = Readonly<Record<string, (copy: number) => string>>

const TABLES: readonly (readonly [string, Changed])[] = [
  [
    'auth_user',
    {
      username: (copy) => `username || '_${copy}'`,
      email: (copy) => `case when email = '' then '' else replace(email, '@', '.${copy}@') end`,
    },
  ],
  ['account_emailaddress', { email: (copy) => `replace(email, '@', '.${copy}@')` }],
  ['authtoken_token', { key: () => 'lower(hex(randomblob(20)))' }],
  ['socialaccount_socialaccount', { uid: () => 'cast(abs(random()) as text)' }],
  ['token_blacklist_outstandingtoken', { jti: () => 'lower(hex(randomblob(16)))' }],
  ['token_blacklist_blacklistedtoken', {}],
]

function numbersOf(database: DatabaseSync, query: string): number[] {
  return database
    .prepare(query)
    .all()
    .flatMap((row) => Object.values(row).map(Number))
}
