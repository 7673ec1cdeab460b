import { databaseTransport, requestToDatabase, textOf } from './database-fetch.ts'

/** One thing the outside world answers; the query entries named must all have been sent. */
export type Exchange = {
  readonly method: string
  /** Without its query. */
  readonly url: string
  readonly query?: Readonly<Record<string, string>>
  readonly status: number
  readonly body: string
  readonly contentType: string
  /** More of the answer's headers. */
  readonly headers?: Readonly<Record<string, string>>
}

/** One call that the app made to the outside world. */
type OutsideCall = {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  /** What the query and a form body held. */
  readonly entries: URLSearchParams
  readonly body: string
  /** The status it got; `undefined` where the connection was refused. */
  readonly status: number | undefined
}

/** Calls to the database that have ended, and the statements they carried. */
export type DatabaseCost = { readonly roundTrips: number; readonly statements: number }

/** The outside world in a test: the given exchanges, the real database, nothing else. */
export type FakeFetch = {
  readonly fetch: typeof fetch
  /** Every call to something else than the database, in order. */
  readonly calls: OutsideCall[]
  /** Exchanges that answered no call yet. */
  readonly unused: () => readonly Exchange[]
  readonly setExchanges: (exchanges: readonly Exchange[]) => void
  readonly addExchange: (exchange: Exchange) => void
  readonly databaseCost: () => DatabaseCost
  /** Stands between the app and the database from now on; `undefined` takes it away. */
  readonly interceptDatabase: (interception: DatabaseInterception | undefined) => void
}

/** What a test puts in the database's place; `pass` asks the real one. */
type DatabaseInterception = (
  request: Request,
  pass: (request: Request) => Promise<Response>,
) => Promise<Response>

/**
 * A `fetch` that reaches the database at `databaseUrl` and the exchanges it is given. The first
 * exchange that fits answers; where none does, the connection is refused.
 */
export function createFakeFetch(databaseUrl: string): FakeFetch {
  const databaseOrigin = new URL(databaseUrl).origin
  const calls: OutsideCall[] = []
  const used = new Set<Exchange>()
  let exchanges: readonly Exchange[] = []
  let interception: DatabaseInterception | undefined
  const cost = { roundTrips: 0, statements: 0 }

  const counted = async (sent: string, ask: () => Promise<Response>): Promise<Response> => {
    const statements = countStatements(sent)
    try {
      return await ask()
    } finally {
      cost.roundTrips += 1
      cost.statements += statements
    }
  }

  const askDatabase = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    if (interception === undefined) {
      const request = await requestToDatabase(input, init)
      request.signal?.throwIfAborted()
      return counted(textOf(request), () => databaseTransport.send(request))
    }
    const request = new Request(input, init)
    request.signal.throwIfAborted()
    const pass = async (it: Request): Promise<Response> =>
      databaseTransport.send(await requestToDatabase(it))
    return counted(
      await request.clone().text(),
      async () => interception?.(request, pass) ?? pass(request),
    )
  }

  const askOutside = async (request: Request): Promise<Response> => {
    const call = await describeCall(request)
    const exchange = exchanges.find((candidate) => answers(candidate, call))
    calls.push({ ...call, status: exchange?.status })
    if (exchange === undefined) {
      throw new TypeError(`connection refused: ${call.method} ${call.url}`)
    }
    used.add(exchange)
    return toResponse(exchange)
  }

  return {
    fetch: async (input, init) => {
      const { origin } = new URL(input instanceof Request ? input.url : input)
      if (origin === databaseOrigin) return askDatabase(input, init)
      const request = new Request(input, init)
      request.signal.throwIfAborted()
      return askOutside(request)
    },
    calls,
    unused: () => exchanges.filter((exchange) => !used.has(exchange)),
    setExchanges: (given) => {
      exchanges = given
    },
    addExchange: (exchange) => {
      exchanges = [...exchanges, exchange]
    },
    databaseCost: () => ({ ...cost }),
    interceptDatabase: (given) => {
      interception = given
    },
  }
}

/** An exchange that answers with JSON. */
export function jsonExchange(
  method: string,
  url: string,
  body: unknown,
  options: { readonly status?: number; readonly query?: Readonly<Record<string, string>> } = {},
): Exchange {
  const { status = 200, query = {} } = options
  return {
    method,
    url,
    query,
    status,
    body: JSON.stringify(body),
    contentType: 'application/json',
  }
}

async function describeCall(request: Request): Promise<Omit<OutsideCall, 'status'>> {
  const url = new URL(request.url)
  const body = await request.clone().text()
  const entries = new URLSearchParams(url.search)
  const isForm = request.headers
    .get('content-type')
    ?.startsWith('application/x-www-form-urlencoded')
  if (isForm === true)
    new URLSearchParams(body).forEach((value, name) => entries.append(name, value))
  return {
    method: request.method,
    url: url.origin + url.pathname,
    headers: request.headers,
    entries,
    body,
  }
}

function answers(exchange: Exchange, call: Omit<OutsideCall, 'status'>): boolean {
  return (
    exchange.method === call.method &&
    exchange.url === call.url &&
    Object.entries(exchange.query ?? {}).every(([name, value]) => call.entries.has(name, value))
  )
}

/** Statuses that may not have a body (Fetch §2.2.3). */
const NULL_BODY_STATUSES = [204, 205, 304]

function toResponse({ status, body, contentType, headers }: Exchange): Response {
  return new Response(NULL_BODY_STATUSES.includes(status) ? null : body, {
    status,
    headers: { 'Content-Type': contentType, ...headers },
  })
}

type Pipeline = {
  readonly requests?: readonly {
    readonly type: string
    readonly batch?: { readonly steps: readonly { readonly stmt: { readonly sql?: string } }[] }
  }[]
}

/** Statements of a Hrana pipeline; those that only open or close a transaction are not counted. */
function countStatements(body: string): number {
  const pipeline: Pipeline = JSON.parse(body)
  const counts = (pipeline.requests ?? []).map((request) => {
    if (request.type === 'execute') return 1
    const steps = request.batch?.steps ?? []
    return steps.filter(({ stmt }) => !/^(BEGIN|COMMIT|ROLLBACK)\b/i.test(stmt.sql ?? '')).length
  })
  return counts.reduce((sum, count) => sum + count, 0)
}
