import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { TestApp } from './app.ts'

/** An app that other programs reach over HTTP. */
export type Served = {
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly paths: string[]
  readonly stop: () => Promise<void>
}

/** Puts an app behind a port of this machine. */
export async function serve(app: Pick<TestApp, 'fetch'>): Promise<Served> {
  const paths: string[] = []
  const server = createServer((incoming, outgoing) => {
    paths.push(incoming.url ?? '')
    void answer(app, incoming).then(async (response) => {
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    paths,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(app: Pick<TestApp, 'fetch'>, incoming: IncomingMessage): Promise<Response> {
  const chunks: Uint8Array[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one)
  }
  const { method = 'GET', url = '/' } = incoming
  const body = chunks.length === 0 ? null : Buffer.concat(chunks)
  return app.fetch(new Request(new URL(url, 'https://auth.example.com'), { method, headers, body }))
}
