import type { FarDatabase } from './database.ts'
import { logIn, OPERATIONS, newRunning, publicUrl, signUp, type Running } from './operations.ts'
import { freePort, table } from './report.ts'
import { startWorker, WITH_LIMITS, type Subject } from './subjects.ts'

/** What was sent to the database. */
type Sent = { calls: number; statements: number; bytes: number }

/** Calls, statements and bytes of each operation, with the default limits and notes: before its answer, and after it. */
export async function reportStatements(
  subjects: readonly Subject[],
  database: FarDatabase,
): Promise<void> {
  const rows: string[][] = []
  for (const subject of subjects) {
    const isService = subject.name === 'service'
    const port = await freePort()
    const worker = startWorker(
      isService ? { ...subject, settings: WITH_LIMITS } : subject,
      database.url,
      port,
    )
    try {
      await worker.ready
      const running = newRunning(subject.name, publicUrl(port))
      await logIn(running)
      for (const { name, send } of OPERATIONS) {
        const ask = send(running)
        if (ask === undefined) continue
        await spend(database, ask)
        rows.push([name, subject.name, ...cellsOf(await spend(database, ask))])
      }
      if (isService) {
        const more = await spendMore(database, running)
        rows.push(...more.map(([name, spent]) => [name, subject.name, ...cellsOf(spent)]))
      }
    } finally {
      await worker.dispose()
    }
  }
  const head = [
    '',
    '',
    'calls',
    'statements',
    'bytes',
    'calls after',
    'statements after',
    'bytes after',
  ]
  table('Sent to the database, with the default limits and notes', head, rows)
}

type Spent = { readonly waited: Sent; readonly after: Sent }

async function spendMore(
  database: FarDatabase,
  running: Running,
): Promise<readonly (readonly [string, Spent])[]> {
  const registration = await spend(database, () => {
    const name = `bob${Date.now()}`
    return signUp(running, { name, email: `${name}@example.com` })
  })
  const logout = await spend(database, () => logOut(running))
  return [
    ['registration', registration],
    ['logout', logout],
  ]
}

function logOut({ origin, publicUrl: own, access, refresh }: Running): Promise<Response> {
  return fetch(`${origin}/dj-rest-auth/logout/`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Origin: own,
      Authorization: `Bearer ${access}`,
    },
    body: JSON.stringify({ refresh }),
  })
}

/** What is deferred has been sent by then. */
const AFTER_MS = 300

async function spend(database: FarDatabase, ask: () => Promise<unknown>): Promise<Spent> {
  const waited: Sent = { calls: 0, statements: 0, bytes: 0 }
  const after: Sent = { calls: 0, statements: 0, bytes: 0 }
  let now = waited
  // What begins after the answer is made may arrive here before the answer does: the far database keeps it apart.
  database.delayMs = 20
  database.seen = (body) => {
    now.calls += 1
    now.statements += statementsOf(body)
    now.bytes += body.length
  }
  try {
    const response = await ask()
    now = after
    if (response instanceof Response) await response.text()
    await new Promise((resolve) => setTimeout(resolve, AFTER_MS))
  } finally {
    database.seen = undefined
    database.delayMs = 0
  }
  return { waited, after }
}

type Pipeline = {
  readonly requests: readonly {
    readonly stmt?: Statement
    readonly batch?: { readonly steps: readonly { readonly stmt: Statement }[] }
  }[]
}
type Statement = { readonly sql?: string }

/** Without what opens and closes a transaction. */
function statementsOf(body: string): number {
  const { requests }: Pipeline = JSON.parse(body)
  return requests
    .flatMap(({ stmt, batch }) => [
      ...(stmt === undefined ? [] : [stmt]),
      ...(batch?.steps ?? []).map((step) => step.stmt),
    ])
    .filter(({ sql = '' }) => !/^(?:BEGIN|COMMIT|ROLLBACK)\b/i.test(sql)).length
}

function cellsOf({ waited, after }: Spent): readonly string[] {
  return [waited, after]
    .flatMap(({ calls, statements, bytes }) => [calls, statements, bytes])
    .map(String)
}
