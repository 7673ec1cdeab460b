import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage } from 'node:http'
import { startSqld, type Sqld } from '../test/support/sqld.ts'

/** A database at a distance: every call takes its time, and is counted. */
export type FarDatabase = {
  readonly sqld: Sqld
  readonly url: string
  delayMs: number
  calls: number
  /** Told of each call's body, where somebody asks. */
  seen: ((body: string) => void) | undefined
  readonly stop: () => Promise<void>
}

/** Calls that reach the database at once. */
const MAX_AT_ONCE = 64

/** Starts libSQL behind a proxy that delays. */
export async function startFarDatabase(): Promise<FarDatabase> {
  const sqld = await startSqld('migrated', 'moved')
  const { hostname, port } = new URL(sqld.url)
  // sqld refuses what exceeds 128 at once (429); whoever exceeds a pool waits instead, as before a real database.
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_AT_ONCE })
  const server = createServer((incoming, outgoing) => {
    far.calls += 1
    const forward = (): void => {
      const { url, method, headers } = incoming
      const onward = request({ hostname, port, path: url, method, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', () => outgoing.destroy())
      if (far.seen !== undefined) tellBody(incoming, far.seen)
      incoming.pipe(onward)
    }
    if (far.delayMs === 0) forward()
    else setTimeout(forward, far.delayMs)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  const far: FarDatabase = {
    sqld,
    url: `http://127.0.0.1:${address.port}`,
    delayMs: 0,
    calls: 0,
    seen: undefined,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      agent.destroy()
      await sqld.stop()
    },
  }
  return far
}

function tellBody(incoming: IncomingMessage, seen: (body: string) => void): void {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    seen(Buffer.concat(chunks).toString())
  })
}
