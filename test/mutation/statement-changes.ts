import { conjunctsOf, without } from '../support/conjuncts.ts'
import { databaseTransport, textOf } from '../support/database-fetch.ts'
import type { DatabaseRequest } from '../support/database-socket.ts'
import type { Change } from './change.ts'
import type { Test } from './stand-in.ts'

/** The writing statements that tests send, with one condition less each. */
export type WatchedStatements = {
  readonly during: (test: Test, work: () => Promise<unknown>) => Promise<unknown>
  readonly changes: () => readonly Change[]
}

const IS_PIPELINE = /^http:\/\/127\.0\.0\.1:\d+\/v\d\/pipeline/
const IS_WRITE = /^\s*(?:insert|update|delete|with\b[^]*?\b(?:insert|update|delete))\b/i

/** Looks at what goes to the database of the tests, and alters it where a change is on; `tables`: what is written, if not any. */
export function watchStatements(tables: readonly string[]): WatchedStatements {
  const senders = new Map<string, Set<Test>>()
  let current: Test | undefined
  let active: { readonly sql: string; readonly weaker: string } | undefined
  const { send } = databaseTransport
  const alter = (sql: string): string => {
    if (!IS_WRITE.test(sql)) return sql
    if (current !== undefined) senders.set(sql, (senders.get(sql) ?? new Set<Test>()).add(current))
    return sql === active?.sql ? active.weaker : sql
  }
  databaseTransport.send = (request) => {
    if (!IS_PIPELINE.test(request.url)) return send(request)
    let isAltered = false
    const pipeline: unknown = JSON.parse(textOf(request), (name, value: unknown) => {
      if (name !== 'sql' || typeof value !== 'string') return value
      const altered = alter(value)
      isAltered ||= altered !== value
      return altered
    })
    return send(isAltered ? { ...request, body: sameKind(request, pipeline) } : request)
  }
  return {
    during: async (test, work) => {
      current = test
      try {
        return await work()
      } finally {
        current = undefined
      }
    },
    changes: () =>
      weakenings(senders)
        .filter(({ place }) => tables.length === 0 || tables.includes(place))
        .map((one) => ({
          ...one,
          switchTo: (isOn) => {
            active = isOn ? one : undefined
          },
        })),
  }
}

/** Text stays text and bytes bytes: the transport lets only text go on in a stream that stays open. */
function sameKind({ body }: DatabaseRequest, pipeline: unknown): DatabaseRequest['body'] {
  const text = JSON.stringify(pipeline)
  return typeof body === 'string' ? text : new TextEncoder().encode(text)
}

type Weakening = Omit<Change, 'switchTo'> & { readonly sql: string; readonly weaker: string }

/** Each condition once, wherever statements differ by nothing but how many values they bind. */
function weakenings(senders: ReadonlyMap<string, ReadonlySet<Test>>): readonly Weakening[] {
  const found = new Map<string, Weakening>()
  for (const [sql, tests] of senders) {
    for (const { text } of conjunctsOf(sql)) {
      const key = shapeOf(`${sql} without ${text}`)
      const weaker = without(sql, text)
      if (text === '1' || weaker === sql || found.has(key)) continue
      const place = /(?:into|update|delete from)\s+"?(\w+)/i.exec(sql)?.[1] ?? ''
      found.set(key, { key, place, text: `${text}  in  ${sql}`, sql, weaker, tests: [...tests] })
    }
  }
  return [...found.values()]
}

function shapeOf(sql: string): string {
  return sql.replaceAll(/\?(?:,\s*\?)+/g, '?').replaceAll(/\(\?\)(?:,\s*\(\?\))+/g, '(?)')
}
