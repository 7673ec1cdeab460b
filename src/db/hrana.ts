/**
 * A client for libSQL's HTTP protocol (Hrana 3), as far as it is used here. The official client is larger and
 * cannot send a batch with a deadline.
 */
import type { InArgs, InStatement, InValue, ResultSet } from '@libsql/client/http'
import { encodeBase64 } from '../crypto.ts'
import { resultSetOf, type WireRows, type WireValue } from './rows.ts'

/**
 * libSQL's protocol over HTTP (Hrana 2, `/v2/pipeline`): one statement, or several in one transaction, in one
 * request. The official client does the same with a stream, queues and a cache of SQL texts that outlive a call;
 * here no call shares anything with another, so each has its deadline and is repeated by itself, and little
 * stands between a query and `fetch`.
 */
export type Hrana = {
  readonly execute: (statement: InStatement, signal: AbortSignal) => Promise<ResultSet>
  readonly batch: (statements: readonly InStatement[], signal: AbortSignal) => Promise<ResultSet[]>
  /** A batch whose statements may break foreign keys while it lasts. */
  readonly migrate: (
    statements: readonly InStatement[],
    signal: AbortSignal,
  ) => Promise<ResultSet[]>
}

/** The database refused, or its response is unreadable. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  /** SQLite's or the server's, `SERVER_ERROR` where it gave none. */
  readonly code: string
  /** Of the HTTP answer, where that was the refusal. */
  readonly status: number | undefined
  /** Which statement of a batch was refused. */
  readonly statementIndex: number | undefined

  constructor(
    code: string,
    message: string,
    where: { readonly status?: number; readonly statementIndex?: number } = {},
  ) {
    super(`${code}: ${message}`)
    this.code = code
    this.status = where.status
    this.statementIndex = where.statementIndex
  }
}

/** Where the database is, and what reaches it. */
export type HranaAddress = {
  /** `libsql:` is https. */
  readonly url: string
  readonly authToken: string | undefined
  readonly fetch: typeof fetch
}

/** A client of one database. Opens nothing before its first call. */
export function createHrana(address: HranaAddress): Hrana {
  const { endpoint, headers } = endpointOf(address)
  const send = async (request: WireRequest, signal: AbortSignal): Promise<WireResponse> => {
    const body = JSON.stringify({ requests: [request, { type: 'close' }] })
    const response = await address.fetch(endpoint, { method: 'POST', headers, body, signal })
    if (!response.ok) throw refusal(response.status, await response.text())
    const answer: unknown = await response.json()
    const result = isPipelineAnswer(answer) ? answer.results[0] : undefined
    if (result?.type === 'error') throw failure(result.error)
    if (result?.response === undefined) throw new DatabaseError('HRANA_PROTO_ERROR', 'no result')
    return result.response
  }
  const sendBatch = async (
    statements: readonly InStatement[],
    signal: AbortSignal,
    frame: BatchFrame,
  ): Promise<ResultSet[]> => {
    const { result } = await send(
      { type: 'batch', batch: { steps: stepsOf(statements, frame) } },
      signal,
    )
    return resultsOf(result, statements.length, frame.before.length + 1)
  }
  return {
    execute: async (statement, signal) => {
      const { result } = await send({ type: 'execute', stmt: wireStatement(statement) }, signal)
      return readRows(result)
    },
    batch: (statements, signal) => sendBatch(statements, signal, { before: [], after: [] }),
    migrate: (statements, signal) =>
      sendBatch(statements, signal, {
        before: ['PRAGMA foreign_keys=off'],
        after: ['PRAGMA foreign_keys=on'],
      }),
  }
}

type Endpoint = { readonly endpoint: string; readonly headers: Readonly<Record<string, string>> }

/** A client is made for each request, and its address is that of the one before. */
let lastEndpoint: (Endpoint & Pick<HranaAddress, 'url' | 'authToken'>) | undefined

function endpointOf({ url, authToken }: HranaAddress): Endpoint {
  if (lastEndpoint?.url !== url || lastEndpoint.authToken !== authToken) {
    lastEndpoint = { url, authToken, ...readAddress(url, authToken) }
  }
  return lastEndpoint
}

/** `?authToken=` and `?tls=0` are the official client's, and appear in copied addresses. */
function readAddress(url: string, given: string | undefined): Endpoint {
  const [path = '', query = ''] = url.split('?', 2)
  const entries = new URLSearchParams(query)
  const https = entries.get('tls') === '0' ? 'http:' : 'https:'
  const authToken = given ?? entries.get('authToken') ?? undefined
  const base = path.startsWith('libsql:') ? https + path.slice('libsql:'.length) : path
  return {
    endpoint: `${base}${base.endsWith('/') ? '' : '/'}v2/pipeline`,
    headers: {
      'Content-Type': 'application/json',
      ...(authToken === undefined ? {} : { Authorization: `Bearer ${authToken}` }),
    },
  }
}

// What goes over the wire, as far as it is used.

type WireStatement = {
  readonly sql: string
  readonly args?: readonly WireValue[]
}

type Step = { readonly condition?: unknown; readonly stmt: WireStatement }

type WireRequest =
  | { readonly type: 'execute'; readonly stmt: WireStatement }
  | { readonly type: 'batch'; readonly batch: { readonly steps: readonly Step[] } }

type WireError = { readonly message: string; readonly code?: string | null }

/** Of one statement, or of a batch. */
type WireResult = Partial<WireRows> & {
  readonly step_results?: readonly (Partial<WireRows> | null)[]
  readonly step_errors?: readonly (WireError | null)[]
}

type WireResponse = { readonly result?: WireResult }

type PipelineAnswer = {
  readonly results: readonly {
    readonly type: string
    readonly response?: WireResponse
    readonly error?: WireError
  }[]
}

/** A server that follows the protocol so far is trusted for the rest of the response. */
function isPipelineAnswer(answer: unknown): answer is PipelineAnswer {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'results' in answer &&
    Array.isArray(answer.results)
  )
}

/** The statements around the transaction of a batch. */
type BatchFrame = { readonly before: readonly string[]; readonly after: readonly string[] }

/**
 * The transaction is opened for writing: one that reads first and writes later fails under concurrency
 * (SQLITE_BUSY). A statement runs where the one before it did, and all is undone where one did not.
 */
function stepsOf(
  statements: readonly InStatement[],
  { before, after }: BatchFrame,
): readonly Step[] {
  const begin = before.length
  const commit = begin + statements.length + 1
  const ok = (step: number) => ({ type: 'ok', step })
  return [
    ...before.map(bare),
    bare('BEGIN IMMEDIATE'),
    ...statements.map((statement, index) => ({
      condition: ok(begin + index),
      stmt: wireStatement(statement),
    })),
    { condition: ok(commit - 1), ...bare('COMMIT') },
    { condition: { type: 'not', cond: ok(commit) }, ...bare('ROLLBACK') },
    ...after.map(bare),
  ]
}

function bare(sql: string): Step {
  return { stmt: { sql } }
}

function wireStatement(statement: InStatement): WireStatement {
  if (typeof statement === 'string') return { sql: statement }
  return { sql: statement.sql, args: positional(statement.args).map(wireValue) }
}

function positional(args: InArgs | undefined): readonly InValue[] {
  if (args === undefined) return []
  if (Array.isArray(args)) return args
  throw new TypeError('Arguments are bound by position.')
}

/** Numbers are bound as REAL, as the official client does: what must be an integer says so in its SQL. */
function wireValue(value: InValue): WireValue {
  if (value === null) return { type: 'null' }
  switch (typeof value) {
    case 'string':
      return { type: 'text', value }
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError('No number that SQL could hold.')
      return { type: 'float', value }
    case 'boolean':
      return { type: 'integer', value: value ? '1' : '0' }
    case 'bigint':
      return { type: 'integer', value: String(value) }
    case 'object':
      if (value instanceof Date) return { type: 'float', value: value.getTime() }
      return { type: 'blob', base64: encodeBase64(new Uint8Array(value)) }
    default:
      throw new TypeError('No value that SQL could hold.')
  }
}

/** What is read of a refusal by HTTP: its code, where the server says one. */
function refusal(status: number, body: string): DatabaseError {
  let code: unknown
  try {
    const parsed: unknown = JSON.parse(body)
    code =
      typeof parsed === 'object' && parsed !== null && 'code' in parsed ? parsed.code : undefined
  } catch {
    code = undefined
  }
  const known = typeof code === 'string' && code !== '' ? code : 'SERVER_ERROR'
  return new DatabaseError(known, `status ${status}: ${body.slice(0, 200)}`, { status })
}

function failure(error: WireError | undefined, statementIndex?: number): DatabaseError {
  return new DatabaseError(
    error?.code ?? 'UNKNOWN',
    error?.message ?? '',
    statementIndex === undefined ? {} : { statementIndex },
  )
}

/** The results of a batch, or the refusal of the first of its steps that failed. */
function resultsOf(result: WireResult | undefined, count: number, first: number): ResultSet[] {
  const { step_results: results, step_errors: errors } = result ?? {}
  if (results === undefined || errors === undefined) {
    throw new DatabaseError('HRANA_PROTO_ERROR', 'no results of a batch')
  }
  for (const [step, error] of errors.entries()) {
    if (error === null) continue
    const isOfCaller = step >= first && step < first + count
    throw failure(error, isOfCaller ? step - first : undefined)
  }
  return results.slice(first, first + count).map((one) => readRows(one ?? undefined))
}

function readRows(result: Partial<WireRows> | undefined): ResultSet {
  if (result?.cols === undefined || result.rows === undefined) {
    throw new DatabaseError('HRANA_PROTO_ERROR', 'no rows')
  }
  return resultSetOf({ ...result, cols: result.cols, rows: result.rows })
}

/** An error as an operation knows its statements, of which it has not written the first `count`. */
export function errorBehind(error: unknown, count: number): unknown {
  if (!(error instanceof DatabaseError) || error.statementIndex === undefined) return error
  const { code, status, statementIndex } = error
  return new DatabaseError(code, error.message.slice(`${code}: `.length), {
    statementIndex: statementIndex - count,
    ...(status === undefined ? {} : { status }),
  })
}
