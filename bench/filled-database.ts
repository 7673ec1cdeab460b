/** Makes a database of any size as a file: through a server, every row rewrites a page of every index. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

const MIGRATIONS = fileURLToPath(new URL('../drizzle/', import.meta.url))

/** How many rows, and what each of them has. */
export type Filling = {
  readonly accounts: number
  /** Audit events, of one account after the other. */
  readonly events: number
  /** Hash of the password that all accounts have. */
  readonly passwordHash: string
  /** When logins end and events have happened: after whatever the cron handler deletes, milliseconds. */
  readonly laterMs: number
}

/** Writes accounts `user0` and on, each with an address and a login, and audit events. */
export function fillDatabase(file: string, filling: Filling): void {
  const database = new DatabaseSync(file)
  database.exec(
    'pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -1048576; pragma threads = 2; pragma foreign_keys = off',
  )
  for (const statement of migrations()) database.exec(statement)
  withoutIndexes(database, rows(filling))
  database.close()
}

/** Runs statements in one transaction, and makes the indexes after it: sorted once, instead of row by row. */
export function withoutIndexes(database: DatabaseSync, statements: Iterable<string>): void {
  const indexes = database
    .prepare("select name, sql from sqlite_master where type = 'index' and sql <> ''")
    .all()
  for (const { name } of indexes) database.exec(`drop index "${String(name)}"`)
  database.exec('begin')
  for (const statement of statements) database.exec(statement)
  database.exec('commit')
  for (const { sql } of indexes) database.exec(String(sql))
}

function migrations(): readonly string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .flatMap((name) =>
      readFileSync(join(MIGRATIONS, name), 'utf8').split('--> statement-breakpoint'),
    )
}

function rows({ accounts, events, passwordHash, laterMs }: Filling): readonly string[] {
  const numbers = (count: number) =>
    `with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ${count - 1})`
  return [
    `${numbers(accounts)} insert into users (username, username_folded, email, email_folded, password,
      first_name, last_name, is_active, is_staff, is_superuser, date_joined_at)
    select 'user' || n, 'user' || n, 'user' || n || '@example.com', 'user' || n || '@example.com',
      '${passwordHash}', '', '', 1, 0, 0, 1700000000000 from numbers`,
    `insert into email_addresses (user_id, email, email_folded, is_verified, is_primary)
    select id, email, email_folded, 1, 1 from users`,
    // In the order of their own index, which cannot be made last.
    `insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
    select lower(hex(randomblob(16))) as family, id, 1700000000000, 1700000000000, ${laterMs} from users order by family`,
    `${numbers(events)} insert into audit_events (kind, user_id, detail, happened_at)
    select 'login', n % ${accounts} + 1, '{"client":"0123456789abcdef0123456789abcdef"}', ${laterMs} + n from numbers`,
  ]
}
