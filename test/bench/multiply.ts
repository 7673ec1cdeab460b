/** Makes a Django database larger by SQL: Django itself writes some thousand users a second. */
import { DatabaseSync } from 'node:sqlite'

/** Users of a copy come after those of the one before; their names end in its number, and random values are new. */
export function multiplyUsers(file: string, copies: number): void {
  const database = new DatabaseSync(file)
  database.exec(
    'pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -262144; pragma foreign_keys = off',
  )
  const [first = 0] = countsOf(database, 'select count(*) as count from auth_user')
  const shifts = TABLES.map(([table]) => {
    const [highest = 0] = countsOf(database, `select max(rowid) as count from ${table}`)
    return [table, highest] as const
  })
  for (let copy = 1; copy < copies; copy += 1) {
    database.exec('begin')
    for (const [index, [table, changed]] of TABLES.entries()) {
      const columns = database
        .prepare('select name from pragma_table_info(?)')
        .all(table)
        .map(({ name }) => String(name))
      const shift = (shifts[index]?.[1] ?? 0) * copy
      const values = columns.map((name) => {
        if (name === 'user_id') return `user_id + ${first * copy}`
        // The tables of outstanding and of blacklisted tokens have the same ids in every copy.
        if (name === 'id' || name === 'token_id') return `"${name}" + ${shift}`
        return changed[name]?.(copy) ?? `"${name}"`
      })
      const own =
        table === 'authtoken_token' ? `user_id <= ${first}` : `id <= ${shifts[index]?.[1] ?? 0}`
      database.exec(
        `insert into ${table} (${columns.map((name) => `"${name}"`).join(', ')})
         select ${values.join(', ')} from ${table} where ${own}`,
      )
    }
    database.exec('commit')
  }
  database.close()
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

function countsOf(database: DatabaseSync, query: string): number[] {
  return database
    .prepare(query)
    .all()
    .map(({ count }) => Number(count))
}
