import { askServer, type DatabaseAnswer, type DatabaseRequest } from './database-socket.ts'

/**
 * How tests reach their database servers. Node's `fetch` takes several times as long as this on the way to the same
 * machine, which was a third of what most tests did. What looks at statements or alters them stands in its place.
 */
export const databaseTransport = { send }

/** As `fetch` has it; a body is text or bytes there, or nothing. */
export async function requestToDatabase(
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<DatabaseRequest> {
  if (!(input instanceof Request) && typeof init.body === 'string') {
    const { method = 'GET', headers, body, signal } = init
    return {
      url: String(input),
      method,
      headers: new Headers(headers),
      body,
      signal: signal ?? undefined,
    }
  }
  // Whoever gave it may want to read it, too.
  const request = new Request(input instanceof Request ? input.clone() : input, init)
  const { url, method, headers, signal } = request
  return { url, method, headers, body: new Uint8Array(await request.arrayBuffer()), signal }
}

/** What is sent. */
export function textOf({ body }: DatabaseRequest): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}

/** Of each server, by the address that is asked, one stream that stays open; `null`: it has none now. */
const streams = new Map<string, { baton: string | null; isTaken: boolean }>()

/** Ends the stream that a request has begun, and with it the connection that the server made for it. */
const CLOSE = '{"type":"close"}'

/**
 * Two thirds of what a request costs sqld is its connection, which reads the schema. So what would close its stream
 * goes on in the one that is open, where nobody else does. A stream in which anything failed is closed as ever.
 * Bytes never go on in it: they are of the official client, which counts the answers, its stream's end among them.
 */
async function send(request: DatabaseRequest): Promise<Response> {
  const { url, body } = request
  if (typeof body !== 'string' || !body.endsWith(`,${CLOSE}]}`))
    return responseOf(await askServer(request))
  const stream = streams.get(url) ?? { baton: null, isTaken: false }
  streams.set(url, stream)
  if (stream.isTaken) return responseOf(await askServer(request))
  stream.isTaken = true
  const { baton } = stream
  stream.baton = null
  try {
    const open = `${body.slice(0, -CLOSE.length - 3)}]}`
    const answer = await askServer({ ...request, body: inStream(baton, open) })
    if (answer.status !== 200) {
      // The server forgets streams, and does nothing that is asked in one that it does not know.
      const isForgotten = baton !== null && answer.status < 500
      return responseOf(isForgotten ? await askServer(request) : answer)
    }
    const text = answer.body.toString()
    const next = /^\{"baton":"([^"]+)"/.exec(text)?.[1] ?? null
    const isClean = !/"type":"error"|"step_errors":\[(?:null,)*\{/.test(text)
    if (isClean) stream.baton = next
    else await askServer({ ...request, body: inStream(next, `{"requests":[${CLOSE}]}`) })
    return responseOf(answer)
  } finally {
    stream.isTaken = false
  }
}

function inStream(baton: string | null, body: string): string {
  return `{"baton":${JSON.stringify(baton)},${body.slice(1)}`
}

function responseOf({ status, contentType, body }: DatabaseAnswer): Response {
  const headers = contentType === undefined ? {} : { 'Content-Type': contentType }
  return new Response(new Uint8Array(body), { status, headers })
}
