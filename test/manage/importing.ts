import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'

/** A database of its own for each test, and a directory for a file's tests; both are there once they run. */
export let sqld: Sqld
export let directory: string
export let env: Record<string, string>

/** Makes them for the tests of the file that calls this. */
export function useImportDatabase(): void {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'import-django-'))
    sqld = await startSqld()
    env = {
      TURSO_DATABASE_URL: sqld.url,
      SECRET_KEY: 'k'.repeat(40),
      PASSWORD_PBKDF2_ITERATIONS: '1000',
    }
  })
  afterAll(async () => {
    await sqld.stop()
    rmSync(directory, { recursive: true })
  })
  beforeEach(() => sqld.resetDatabase())
}

/** `import-django` with these arguments, in the directory. */
export function run(...args: readonly string[]): Promise<Ran> {
  return manage({ env, directory }, 'import-django', ...args)
}

/** A file of the directory, by its name. */
export function save(name: string, content: string | Uint8Array): string {
  writeFileSync(join(directory, name), content)
  return name
}

/** What the database answers. */
export async function rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const result = await sqld.client.execute(sql)
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map((column) => [column, row[column]])),
  )
}

/** Everything but what is sealed again each time. */
export async function contents(): Promise<unknown> {
  return [
    await rows('select * from users order by id'),
    await rows('select * from email_addresses order by id'),
    await rows('select user_id, key_hash, created_at from auth_tokens order by user_id'),
    await rows('select * from social_accounts order by id'),
    await rows('select * from spent_refresh_tokens order by jti'),
  ]
}

/** The numbers that the summary names, by table. */
export function countsOf(ran: Ran): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const summary = ran.jsonLines().at(-1)
  if (summary?.['kind'] !== 'summary') throw new Error(`There is no summary: ${ran.said}`)
  return summary['tables'] as Readonly<Record<string, Readonly<Record<string, number>>>>
}

export const ALICE = {
  model: 'auth.user',
  pk: 7,
  fields: {
    password: 'md5$salt$d653ea7ea31e77b41041e7e3d32e3e4a',
    last_login: '2024-02-03T04:05:06.789Z',
    is_superuser: true,
    username: 'Älice',
    first_name: 'A',
    last_name: '',
    email: 'Alice@Example.com',
    is_staff: false,
    is_active: true,
    date_joined: '2020-01-01T00:00:00Z',
    groups: [],
    user_permissions: [],
  },
}

/** Entries as `dumpdata` writes them. */
export function fixture(...entries: readonly unknown[]): string {
  return JSON.stringify(entries)
}

/** Somebody else than alice. */
export function user(pk: number | null, fields: Partial<typeof ALICE.fields>): unknown {
  return { ...ALICE, pk, fields: { ...ALICE.fields, username: `user${pk}`, email: '', ...fields } }
}
