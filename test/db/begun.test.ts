import { expect, test } from 'vitest'
import { beginCall, callsAfter, type BegunStatement } from '../../src/db/begun.ts'
import type { ClientResult, ClientStatement, DatabaseCalls } from '../../src/db/calls.ts'

const ONE: BegunStatement = { sql: 'select ?, ?', args: ['a', 'b'], ownNames: [] }
const NAMED: BegunStatement = { sql: 'insert ?, ?', args: ['a name', 2], ownNames: [0] }

function resultOf(text: string): ClientResult {
  return {
    columns: [],
    columnTypes: [],
    rows: [],
    rowsAffected: 0,
    lastInsertRowid: undefined,
    toJSON: () => text,
  }
}

/** Calls that answer how often they were asked. */
function counting(): DatabaseCalls & { readonly asked: ClientStatement[][] } {
  const asked: ClientStatement[][] = []
  const ask = (statements: ClientStatement[]) => {
    asked.push(statements)
    return statements.map(() => resultOf(`answer ${asked.length}`))
  }
  return {
    asked,
    execute: async (statement) => ask([statement])[0] ?? resultOf('nothing'),
    batch: async (statements) => ask(statements),
  }
}

const plain = ({ sql, args }: BegunStatement) => ({ sql, args: [...args] }) as ClientStatement

test('who asks what was begun has its results, once', async () => {
  const calls = counting()
  const begun = beginCall(calls, { kind: 'execute', statements: [ONE] })
  const after = callsAfter(calls, begun)
  expect(after.isTaken()).toBe(false)
  expect((await after.execute(plain(ONE))).toJSON()).toBe('answer 1')
  expect(after.isTaken()).toBe(true)
  expect((await after.execute(plain(ONE))).toJSON()).toBe('answer 2')
  expect(calls.asked).toHaveLength(2)
})

test('a value that names the request may be another, nothing else may', async () => {
  const statements = [ONE, NAMED]
  const other = { ...NAMED, args: ['another name', 2] }
  for (const [asked, isSame] of [
    [[ONE, NAMED], true],
    [[ONE, other], true],
    [[ONE], false],
    [[NAMED, ONE], false],
    [[ONE, NAMED, NAMED], false],
    [[ONE, { ...NAMED, args: ['a name', 3] }], false],
    [[ONE, { ...NAMED, args: ['a name', '2'] }], false],
    [[ONE, { ...NAMED, args: ['a name', 2, null] }], false],
    [[ONE, { ...NAMED, args: [] }], false],
    [[{ ...ONE, args: ['a', 'B'] }, NAMED], false],
    [[{ ...ONE, sql: 'select ?,?' }, NAMED], false],
  ] as const) {
    const calls = counting()
    const after = callsAfter(calls, beginCall(calls, { kind: 'batch', statements }))
    await after.batch(asked.map(plain))
    expect(after.isTaken()).toBe(isSame)
    expect(calls.asked).toHaveLength(isSame ? 1 : 2)
  }
})

test('one statement by itself is no batch of one: it has another transaction', async () => {
  const calls = counting()
  const alone = callsAfter(calls, beginCall(calls, { kind: 'execute', statements: [ONE] }))
  await alone.batch([plain(ONE)])
  expect(alone.isTaken()).toBe(false)
  const together = callsAfter(calls, beginCall(calls, { kind: 'batch', statements: [ONE] }))
  await together.execute(plain(ONE))
  expect(together.isTaken()).toBe(false)
})

test('a failure is told to whoever asks, and to nobody else', async () => {
  const fails = () => Promise.reject(new Error('away'))
  const calls: DatabaseCalls = { execute: fails, batch: fails }
  const after = callsAfter(calls, beginCall(calls, { kind: 'execute', statements: [ONE] }))
  // Nobody has asked for a turn: an unhandled rejection would end the test.
  await new Promise((resolve) => setTimeout(resolve, 0))
  await expect(after.execute(plain(ONE))).rejects.toThrow('away')
})
