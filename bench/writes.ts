import { startSqld } from '../test/support/sqld.ts'

/** How many rows a second one libSQL writer takes in batches of a size, so many batches at once. */
export type WriteRate = {
  readonly rowsPerBatch: number
  readonly atOnce: number
  readonly batchesPerSecond: number
  readonly rowsPerSecond: number
  /** Batches that were refused because another writer was at work; the service answers those 503 or retries. */
  readonly busy: number
}

const SECONDS = 3
const SHAPES = [
  { rowsPerBatch: 1, atOnce: 1 },
  { rowsPerBatch: 1, atOnce: 4 },
  { rowsPerBatch: 1, atOnce: 16 },
  { rowsPerBatch: 10, atOnce: 4 },
  { rowsPerBatch: 100, atOnce: 4 },
  { rowsPerBatch: 1000, atOnce: 4 },
] as const

/** Measures them against a fresh sqld; every batch is one transaction, as every login's is. */
export async function measureWrites(): Promise<readonly WriteRate[]> {
  const sqld = await startSqld('migrated', 'moved')
  try {
    await sqld.client.execute('create table written (id integer primary key, text text not null)')
    const rates: WriteRate[] = []
    for (const shape of SHAPES) {
      const { done, busy } = await writeFor(SECONDS, shape, (statements) =>
        sqld.client.batch(statements, 'write'),
      )
      const batchesPerSecond = done / SECONDS
      const rowsPerSecond = batchesPerSecond * shape.rowsPerBatch
      rates.push({ ...shape, batchesPerSecond, rowsPerSecond, busy })
    }
    return rates
  } finally {
    await sqld.stop()
  }
}

type Insert = { readonly sql: string; readonly args: [string] }

async function writeFor(
  seconds: number,
  { rowsPerBatch, atOnce }: Pick<WriteRate, 'rowsPerBatch' | 'atOnce'>,
  write: (statements: Insert[]) => Promise<unknown>,
): Promise<{ readonly done: number; readonly busy: number }> {
  const endsMs = performance.now() + seconds * 1000
  const statements = Array.from({ length: rowsPerBatch }, (): Insert => ({
    sql: 'insert into written (text) values (?)',
    args: ['x'.repeat(100)],
  }))
  let done = 0
  let busy = 0
  const work = async (): Promise<void> => {
    while (performance.now() < endsMs) {
      try {
        await write(statements)
        done += 1
      } catch (error) {
        if (!(error instanceof Error) || !REFUSED.test(error.message)) throw error
        busy += 1
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { done, busy }
}

/** Locked by another writer, or the server's own limit of requests at once. */
const REFUSED = /SQLITE_BUSY|status 429/
