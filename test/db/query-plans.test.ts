import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { rollUpEvents } from '../../src/core/audit/event-totals.sql.ts'
import { streamAudit } from '../../src/core/audit/stream.ts'
import { deleteExpired, retentionOf } from '../../src/db/expired.ts'
import { openDatabase, type Database } from '../../src/db/open.ts'
import { createFaultWorld, startServerPool, type ServerPool } from '../faults/fault-world.ts'
import { ADMIN_OPERATIONS } from '../faults/admin-operations.ts'
import { OPERATIONS } from '../faults/operations.ts'
import { SECOND_FACTOR_OPERATIONS } from '../faults/second-factor-operations.ts'
import { SOCIAL_OPERATIONS } from '../faults/social-operations.ts'

let pool: ServerPool
let recorder: Recorder

beforeAll(async () => {
  pool = await startServerPool(1)
  recorder = await startRecorder()
})

afterAll(async () => {
  await pool.stop()
  recorder.server.closeAllConnections()
  recorder.server.close()
})

/** A server in front of the database that remembers what it is asked. */
type Recorder = {
  readonly server: Server
  readonly url: string
  readonly statements: Set<string>
  target: string
}

async function startRecorder(): Promise<Recorder> {
  const statements = new Set<string>()
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
      const body = Buffer.concat(chunks).toString()
      for (const text of sqlOf(JSON.parse(body))) statements.add(text)
      const response = await fetch(`${recorder.target}${incoming.url ?? ''}`, {
        method: 'POST',
        body,
      })
      const answer = Buffer.from(await response.arrayBuffer())
      const headers = { 'Content-Type': 'application/json', 'Content-Length': answer.length }
      outgoing.writeHead(response.status, headers)
      outgoing.end(answer)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return { server, url: `http://127.0.0.1:${address.port}`, statements, target: '' }
}

/** Every SQL text in a pipeline, wherever it stands. */
function sqlOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'sql' && typeof inner === 'string' ? [inner] : sqlOf(inner),
  )
}

/** Statements that open and close transactions have no plan. */
const PLANNED = /^\s*(?:select|with|insert|update|delete)\b/i

test(
  'every statement of every operation finds its rows by an index',
  { timeout: 120_000 },
  async () => {
    const scans: string[] = []
    for (const operation of [
      ...OPERATIONS,
      ...SECOND_FACTOR_OPERATIONS,
      ...SOCIAL_OPERATIONS,
      ...ADMIN_OPERATIONS,
    ]) {
      await pool.use(async (servers) => {
        recorder.target = servers.sqld.url
        recorder.statements.clear()
        const world = await createFaultWorld(servers, operation.env, operation.fetch)
        const request = await operation.prepare(world)
        servers.database.setTarget(recorder.url)
        const response = await world.send(request())
        await world.settle()
        servers.database.setTarget(servers.sqld.url)
        expect(response.status, operation.name).toBe(operation.status)
        expect(recorder.statements.size, operation.name).toBeGreaterThan(0)
        scans.push(...(await recordedScans(world.deps().db, operation.name)))
      })
    }
    expect(scans).toEqual([])
  },
)

test('so does every step of the cron handler', async () => {
  await pool.use(async (servers) => {
    recorder.target = servers.sqld.url
    recorder.statements.clear()
    const world = await createFaultWorld(servers, {})
    const { db, now, settings } = world.deps()
    const address = { url: recorder.url, authToken: undefined, timeoutMs: 5_000, fetch }
    const asked = openDatabase(address)
    await deleteExpired(asked, now, retentionOf(settings))
    await rollUpEvents(asked, now)
    const writeDataPoint = () => undefined
    await streamAudit({ ...world.deps(), db: asked }, { AUDIT_DATASET: { writeDataPoint } })
    expect(recorder.statements.size).toBeGreaterThan(8)
    expect(await recordedScans(db, 'cron')).toEqual([])
  })
})

async function recordedScans(db: Database, what: string): Promise<readonly string[]> {
  const scans: string[] = []
  for (const text of recorder.statements) {
    if (!PLANNED.test(text)) continue
    const found = await scansOf(db, text)
    scans.push(...found.map((detail) => `${what}: ${detail}: ${text}`))
  }
  return scans
}

/** Whole tables that a statement reads. What it makes for itself has as many rows as an index found. */
async function scansOf(db: Database, text: string): Promise<readonly string[]> {
  // A condition that is off has a plan that looks at nothing; what is planned is the one that is on.
  const asked = text.replaceAll('?', 'null').replaceAll(/\band 0\b/g, 'and 1')
  const plan = await db.all<{ readonly detail: string }>(sql.raw(`explain query plan ${asked}`))
  const details = plan.map(({ detail }) => detail)
  const made = details.flatMap(
    (detail) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)/.exec(detail)?.[1] ?? [],
  )
  const own = new Set([...made, 'CONSTANT', 'json_each'])
  return details.filter((detail) => {
    const table = /^SCAN (\w+)/.exec(detail)?.[1]
    return table !== undefined && !own.has(table) && !detail.includes('VIRTUAL TABLE')
  })
}
