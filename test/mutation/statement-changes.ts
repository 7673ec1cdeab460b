import { conjunctsOf, without } from '../support/conjuncts.ts'
import { databaseTransport, textOf } from '../support/database-fetch.ts'
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
  databaseTransport.send = (request) => {
    if (!IS_PIPELINE.test(request.url)) return send(request)
    const body = JSON.parse(textOf(request), (name, value: unknown) => {
      if (name !== 'sql' || typeof value !== 'string' || !IS_WRITE.test(value)) return value
      if (current !== undefined) {
        senders.set(value, (senders.get(value) ?? new Set<Test>()).add(current))
      }
      return value === active?.sql ? active.weaker : value
    }) as unknown
    return send({ ...request, body: JSON.stringify(body) })
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
