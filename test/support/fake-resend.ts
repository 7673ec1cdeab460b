import { once } from 'node:events'
import { createServer } from 'node:http'

/** A mail that the provider has taken. */
type TakenEmail = { readonly key: string; readonly to: string; readonly text: string }

/** A server that speaks Resend's `POST /emails` and `/emails/batch`, with its rules for idempotency keys, over real HTTP;
 * and, at `/postmark`, what a second transport is asked. */
export type FakeResend = {
  readonly url: string
  /** One a key, whatever is sent again. */
  readonly taken: TakenEmail[]
  readonly stop: () => Promise<void>
}

type PostmarkPayload = { readonly To: string; readonly TextBody: string }
type Payload = { readonly to?: readonly string[]; readonly text?: string }

/** Starts the server on a free port. */
export async function startFakeResend(): Promise<FakeResend> {
  const taken: TakenEmail[] = []
  const bodies = new Map<string, string>()
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const key = String(incoming.headers['idempotency-key'])
      const answer = (status: number, json: unknown): void => {
        outgoing.writeHead(status, { 'content-type': 'application/json' })
        outgoing.end(JSON.stringify(json))
      }
      if (incoming.url === '/postmark') {
        const { To, TextBody }: PostmarkPayload = JSON.parse(body)
        taken.push({ key: 'postmark', to: To, text: TextBody })
        answer(200, { ErrorCode: 0, MessageID: 'm-1' })
        return
      }
      const known = bodies.get(key)
      if (known !== undefined && known !== body) {
        answer(409, { statusCode: 409, name: 'invalid_idempotent_request' })
        return
      }
      if (known === undefined) {
        const given: Payload | Payload[] = JSON.parse(body)
        bodies.set(key, body)
        for (const payload of Array.isArray(given) ? given : [given]) {
          taken.push({ key, to: payload.to?.[0] ?? '', text: payload.text ?? '' })
        }
      }
      answer(200, incoming.url === '/emails/batch' ? { data: [{ id: key }] } : { id: key })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    taken,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
