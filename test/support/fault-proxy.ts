import { once } from 'node:events'
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { databaseTransport } from './database-fetch.ts'

/**
 * What happens to one request on its way. `before`: it never arrives. `after`: it arrives and is done, but
 * its answer does not get back.
 */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  | { readonly kind: 'hang'; readonly when: 'before' | 'after' }
  | { readonly kind: 'garbage'; readonly when: 'before' | 'after' }
  | { readonly kind: 'status'; readonly status: number }

/** A proxy over real TCP between the app and one server. */
export type FaultProxy = {
  readonly url: string
  /** Decides about every request from now on; `seen` counts them from zero. */
  readonly choose: (fault: (seen: number) => Fault | Promise<Fault>) => void
  /**
   * Where the next request goes, if nothing happens to it: it is counted as seen, and may be sent there past the proxy.
   * Through it, it would take twice as long.
   */
  readonly passed: () => string | undefined
  /** Requests since the last `choose`. */
  readonly seen: () => number
  /** Where requests go from now on (a server that came back elsewhere). */
  readonly setTarget: (url: string) => void
  readonly stop: () => Promise<void>
}

const NO_FAULT: Fault = { kind: 'none' }

/** Starts a proxy in front of the server at `target`. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let targetUrl = target
  let fault: (seen: number) => Fault | Promise<Fault> = () => NO_FAULT
  let seen = 0
  const server = createServer((incoming, outgoing) => {
    const chosen = Promise.resolve(fault(seen))
    seen += 1
    void Promise.all([chosen, readBody(incoming)]).then(([one, body]) =>
      serve(targetUrl, one, incoming, body, outgoing),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    choose: (given) => {
      fault = given
      seen = 0
    },
    passed: () => {
      const chosen = fault(seen)
      if (!('kind' in chosen) || chosen.kind !== 'none') return undefined
      seen += 1
      return targetUrl
    },
    seen: () => seen,
    setTarget: (url) => {
      targetUrl = url
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

async function serve(
  target: string,
  fault: Fault,
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
): Promise<void> {
  const arrives = fault.kind === 'none' || fault.kind === 'delay' || 'when' in fault
  if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms))
  if (!arrives || ('when' in fault && fault.when === 'before')) {
    misbehave(fault, outgoing)
    return
  }
  const isForDatabase = incoming.url === DATABASE_PATH
  const answer = await (isForDatabase ? askDatabase(target, body) : pass(target, incoming, body))
  if ('when' in fault) {
    misbehave(fault, outgoing)
    return
  }
  if (answer === undefined) {
    outgoing.destroy()
    return
  }
  outgoing.writeHead(answer.status, answer.headers)
  outgoing.end(answer.body)
}

function misbehave(fault: Fault, outgoing: ServerResponse): void {
  switch (fault.kind) {
    case 'cut':
      outgoing.socket?.destroy()
      return
    case 'garbage':
      outgoing.writeHead(200, { 'content-type': 'text/html' })
      outgoing.end('<html><body>It works!</body></html>')
      return
    case 'status':
      outgoing.writeHead(fault.status, { 'content-type': 'text/plain' })
      outgoing.end('not now')
      return
    case 'hang':
    case 'delay':
    case 'none':
      return
  }
}

type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

const DATABASE_PATH = '/v2/pipeline'

/** `undefined`: the server is not there. */
async function askDatabase(target: string, body: Buffer): Promise<Answer | undefined> {
  const headers = { 'content-type': 'application/json' }
  try {
    const response = await databaseTransport.send({
      url: `${target}${DATABASE_PATH}`,
      method: 'POST',
      headers: new Headers(headers),
      body: body.toString(),
      signal: undefined,
    })
    return { status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) }
  } catch {
    return undefined
  }
}

/** `undefined`: the server is not there. */
function pass(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<Answer | undefined> {
  const { method } = incoming
  // Compressing costs more than a short way to the same machine.
  const headers = { ...incoming.headers, 'accept-encoding': 'identity' }
  return new Promise((resolve) => {
    const call = forward(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
      readBody(answer).then(
        (answered) => {
          const { statusCode = 502, headers: answerHeaders } = answer
          resolve({ status: statusCode, headers: answerHeaders, body: answered })
        },
        () => {
          resolve(undefined)
        },
      )
    })
    call.on('error', () => {
      resolve(undefined)
    })
    call.end(body)
  })
}
