import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { searchAuditEvents } from '../../../src/core/audit/search.sql.ts'
import { findUsers, type UserFilter } from '../../../src/core/operator/search.sql.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'

/** Every choice of one value for each name; `undefined` leaves the name out. */
function combinations(
  choices: Readonly<Record<string, readonly unknown[]>>,
): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(choices).reduce<readonly Readonly<Record<string, unknown>>[]>(
    (all, [name, values]) =>
      all.flatMap((one) =>
        values.map((value) => (value === undefined ? one : { ...one, [name]: value })),
      ),
    [{}],
  )
}

const FLAG = [undefined, true, false]
const NAME_CURSOR = Buffer.from(JSON.stringify(['ada', 7])).toString('base64url')

/** Filters, each with a search or none, and the page behind a cursor: the order follows from the search. */
const SEARCHES = combinations({
  search: [undefined, 'ada', 'ada@', '77'],
  own: [undefined, { field: 'phone', folded: '+441632960011' }],
  isActive: FLAG,
  isStaff: FLAG,
  isVerified: FLAG,
  lastLoginSince: [undefined, new Date(0)],
  lastLoginBefore: [undefined, new Date(1)],
  provider: [undefined, 'google'],
  isBehind: [undefined, true],
})
  .filter(({ search, own }) => search === undefined || own === undefined)
  // Both times or none: each is one more condition on a row that was found already.
  .filter((one) => (one['lastLoginSince'] === undefined) === (one['lastLoginBefore'] === undefined))

const AUDIT = combinations({
  kind: [undefined, 'login'],
  userId: [undefined, 1],
  isByOthers: [undefined, true],
  since: [undefined, new Date(0)],
  until: [undefined, new Date(1)],
  before: [undefined, 100],
})

/** The statements of what is called, without their parameters. */
async function recorded(app: TestApp, work: () => Promise<void>): Promise<readonly string[]> {
  const texts = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('sql' in value && typeof value.sql === 'string') texts.add(value.sql)
    for (const one of Object.values(value)) look(one)
  }
  app.outside.interceptDatabase(async (request, pass) => {
    look(JSON.parse(await request.clone().text()))
    return pass(request)
  })
  await work()
  app.outside.interceptDatabase(undefined)
  return [...texts].filter((text) => /^\s*(?:select|with)/i.test(text))
}

/** Steps of statements that read a table by no index; what one makes for itself is bounded by what it is made of. */
async function scansOf(app: TestApp, texts: readonly string[]): Promise<readonly string[]> {
  const { db } = app.deps()
  const scans: string[] = []
  for (const text of texts) {
    const plan = await db.all<{ readonly detail: string }>(
      sql.raw(`explain query plan ${text.replaceAll('?', 'null')}`),
    )
    const made = plan.flatMap(({ detail }) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)/.exec(detail)?.[1])
    const own = new Set([...made, 'found', 'CONSTANT', 'json_each'])
    for (const { detail } of plan) {
      const [, table] = /^SCAN (\w+)/.exec(detail) ?? []
      const isBounded = table === undefined || own.has(table) || detail.includes('INDEX')
      if (!isBounded) scans.push(`${detail}: ${text.slice(0, 200)}`)
    }
  }
  return scans
}

test(
  'no combination of filters, search and cursor reads a whole table, and each is one round trip',
  { timeout: 120_000 },
  async () => {
    const app = await createTestApp()
    const { db } = app.deps()
    let calls = 0
    const before = app.outside.databaseCost().roundTrips
    const statements = await recorded(app, async () => {
      for (const { isBehind, ...filter } of SEARCHES) {
        const cursor = filter['search'] === undefined ? '500' : NAME_CURSOR
        const page = { limit: 50, after: isBehind === true ? cursor : undefined }
        // `combinations` takes its names from this very type.
        expect(await findUsers(db, filter as UserFilter, page)).toHaveProperty('users', [])
        calls += 1
      }
    })
    expect(app.outside.databaseCost().roundTrips - before).toBe(calls)
    expect(statements.length).toBeGreaterThan(100)
    expect(await scansOf(app, statements)).toEqual([])
  },
)

test('the same holds for every search of the audit log', async () => {
  const app = await createTestApp()
  const { db } = app.deps()
  const statements = await recorded(app, async () => {
    for (const filter of AUDIT) await searchAuditEvents(db, { ...filter, limit: 50 })
  })
  expect(await scansOf(app, statements)).toEqual([])
})
