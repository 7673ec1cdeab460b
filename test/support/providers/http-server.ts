import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** A request as a provider's handler reads it. */
export type ProviderRequest = {
  readonly method: string
  /** The host the caller believes to speak to, e.g. `graph.facebook.com`. */
  readonly host: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  /** Entries of a form body; empty for other bodies. */
  readonly form: URLSearchParams
  readonly body: string
}

/** What a handler answers: JSON unless it says `text`. */
export type ProviderAnswer = {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What can be wrong with a provider. */
export type Fault =
  | { readonly kind: 'silent' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'cut_in_the_middle' }
  | { readonly kind: 'huge' }
  | { readonly kind: 'answers'; readonly answer: ProviderAnswer }

/** A provider that runs on this machine, reached over real HTTP. */
export type ProviderServer = {
  readonly url: string
  /** Every request so far. */
  readonly requests: ProviderRequest[]
  /** From now on, requests whose path ends so are answered wrongly; `undefined` heals it. */
  readonly break: (pathEnd: string, fault: Fault | undefined) => void
  readonly stop: () => Promise<void>
}

/** Answers one request; `undefined` is 404. */
export type Handler = (
  request: ProviderRequest,
) => ProviderAnswer | undefined | Promise<ProviderAnswer | undefined>

/** Starts a server on a free port. Callers reach it by `providerFetch`, under the hosts it stands for. */
export async function startProviderServer(handler: Handler): Promise<ProviderServer> {
  const requests: ProviderRequest[] = []
  const faults = new Map<string, Fault>()
  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming).then(async (request) => {
      requests.push(request)
      const fault = [...faults].find(([pathEnd]) => request.path.endsWith(pathEnd))?.[1]
      if (fault === undefined) {
        send(outgoing, (await handler(request)) ?? { status: 404, json: { error: 'not found' } })
      } else misbehave(outgoing, fault)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: addressOf(server),
    requests,
    break: (pathEnd, fault) => {
      if (fault === undefined) faults.delete(pathEnd)
      else faults.set(pathEnd, fault)
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * A `fetch` for which the world consists of these servers: `https://HOST/PATH` goes to the server of
 * that host, a server's own URL to itself, and everything else is refused.
 */
export function providerFetch(
  servers: Readonly<Record<string, ProviderServer>>,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const server = Object.hasOwn(servers, url.hostname) ? servers[url.hostname] : undefined
    if (server === undefined) {
      const isOurs = Object.values(servers).some((known) => known.url === url.origin)
      if (!isOurs) throw new TypeError(`connection refused: ${request.url}`)
      return fetch(request)
    }
    const headers = new Headers(request.headers)
    headers.set('x-original-host', url.hostname)
    return fetch(`${server.url}${url.pathname}${url.search}`, {
      method: request.method,
      headers,
      redirect: request.redirect,
      signal: request.signal,
      ...(request.method === 'GET' ? {} : { body: await request.text() }),
    })
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ProviderRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  const body = Buffer.concat(chunks).toString('utf8')
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value))
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  return {
    method: incoming.method ?? 'GET',
    host: headers.get('x-original-host') ?? url.hostname,
    path: url.pathname,
    query: url.searchParams,
    headers,
    form: new URLSearchParams(isForm === true ? body : ''),
    body,
  }
}

function send(outgoing: ServerResponse, answer: ProviderAnswer): void {
  const type = answer.text === undefined ? 'application/json' : 'text/html'
  outgoing.writeHead(answer.status ?? 200, { 'content-type': type, ...answer.headers })
  outgoing.end(answer.text ?? JSON.stringify(answer.json))
}

function misbehave(outgoing: ServerResponse, fault: Fault): void {
  switch (fault.kind) {
    case 'silent':
      return
    case 'cut':
      outgoing.destroy()
      return
    case 'cut_in_the_middle':
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      outgoing.write('{"id": "10', () => outgoing.destroy())
      return
    case 'huge':
      sendHuge(outgoing)
      return
    case 'answers':
      send(outgoing, fault.answer)
  }
}

/** Eight megabytes around a profile and a token that are right: who reads to the end believes them. */
function sendHuge(outgoing: ServerResponse): void {
  huge ??= Buffer.from(
    JSON.stringify({
      id: '10001',
      sub: '10001',
      access_token: 'token-1',
      padding: 'x'.repeat(8 * 1024 * 1024),
    }),
  )
  outgoing.writeHead(200, { 'content-type': 'application/json' })
  outgoing.end(huge)
}

/** Made once: there are hundreds of such answers. */
let huge: Buffer | undefined

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return `http://127.0.0.1:${address.port}`
}
