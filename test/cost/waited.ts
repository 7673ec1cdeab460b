import type { TestApp } from '../support/app.ts'

/**
 * What deferred work asks the database. It may begin before the answer, and end before it, so these are
 * kept waiting until the answer is there: an answer that needs one of them never comes, and none is
 * counted as waited for because it was quick.
 */
const DEFERRED = [
  /^update "?users"? set "?last_login_at"?/,
  /^update "social_accounts" set "extra_data"/,
  /^insert into "?refresh_families"? ?\(.* ?do update set last_used_at/s,
  /^insert into "?audit_events"?/,
  /^insert into "?event_counts"?/,
  // Hits that have expired.
  /^delete from throttle_hits where rowid in\(select rowid from throttle_hits where expires_at<=/,
  // Hits that turned out to count nothing are taken back.
  /^delete from throttle_hits where rowid in\(select hit\.rowid from json_each/,
  /^insert into "?recent_proofs"?/,
  // A right code forgets the wrong ones.
  /^delete from "throttle_hits" where "throttle_hits"."key" in/,
  // What a mail is about, and its end.
  /from json_each\(\?\) as wanted inner join "users"/,
  /^select "email_folded" from "suppressed_addresses"/,
  /^delete from "email_outbox"/,
  /^update "email_outbox" set/,
  /^delete from "mail_problems"/,
  /^insert into "mail_problems"/,
  // Claims on an address that somebody else has verified.
  /^insert into "email_outbox" .*'claimed'/s,
  /^update "users" set email = coalesce/,
  /^delete from "email_addresses"/,
]

const ANSWER_DEADLINE_MS = 10_000

/** An answer, and how many round trips to the database it waited for. */
export type Waited = { readonly response: Response; readonly roundTrips: number }

/** Counts the requests to the database that one answer waits for, and then lets deferred work go on. */
export async function waitedFor(app: TestApp, ask: () => Promise<Response>): Promise<Waited> {
  await app.settle()
  const held: string[] = []
  const unlisted: string[] = []
  const answer = Promise.withResolvers<void>()
  let isAnswered = false
  let roundTrips = 0
  app.outside.interceptDatabase(async (request, pass) => {
    const statements = statementsOf(await request.clone().text())
    if (statements.every((sql) => DEFERRED.some((pattern) => pattern.test(sql)))) {
      held.push(...statements)
      await answer.promise
    } else if (isAnswered) unlisted.push(...statements)
    else roundTrips += 1
    return pass(request)
  })
  try {
    const response = await inTime(ask(), () => `The answer waits for:\n${held.join('\n')}`)
    isAnswered = true
    answer.resolve()
    await app.settle()
    if (unlisted.length > 0) throw new Error(`Missing in DEFERRED:\n${unlisted.join('\n')}`)
    return { response, roundTrips }
  } finally {
    answer.resolve()
    app.outside.interceptDatabase(undefined)
  }
}

async function inTime<T>(work: Promise<T>, describe: () => string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Error(describe()))
  }, ANSWER_DEADLINE_MS)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

type Statement = { readonly sql?: string; readonly sql_id?: number }
type Pipeline = {
  readonly requests: readonly {
    readonly type: string
    readonly sql?: string
    readonly sql_id?: number
    readonly stmt?: Statement
    readonly batch?: { readonly steps: readonly { readonly stmt: Statement }[] }
  }[]
}

/** The SQL of a Hrana pipeline, without what only opens or closes a transaction. */
function statementsOf(body: string): readonly string[] {
  const { requests }: Pipeline = JSON.parse(body)
  const stored = new Map(
    requests.flatMap(({ type, sql, sql_id }) =>
      type === 'store_sql' ? [[sql_id, sql] as const] : [],
    ),
  )
  return requests
    .flatMap(({ stmt, batch }) => [
      ...(stmt === undefined ? [] : [stmt]),
      ...(batch?.steps ?? []).map((step) => step.stmt),
    ])
    .map(({ sql, sql_id }) => (sql ?? stored.get(sql_id) ?? '').trim().replaceAll(/\s+/g, ' '))
    .filter((sql) => !/^(?:BEGIN|COMMIT|ROLLBACK)\b/i.test(sql))
}
