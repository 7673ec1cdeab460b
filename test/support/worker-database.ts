import { Response, type Request } from 'miniflare'
import { askServer } from './database-socket.ts'

/** Headers of a connection or of one's own making: what is asked here goes on in another one. */
const OF_THE_CONNECTION = ['host', 'connection', 'content-length', 'transfer-encoding']

/**
 * Asks sqld what a Worker in workerd asks. `fetch` of miniflare says that it reads compressed answers: sqld packed each,
 * and this process unpacked it.
 */
export async function answerOfDatabase(request: Request): Promise<Response> {
  const { url, method, signal } = request
  const headers = new Headers([...request.headers])
  for (const name of [...OF_THE_CONNECTION, 'accept-encoding']) headers.delete(name)
  const body = new Uint8Array(await request.arrayBuffer())
  const answer = await askServer({ url, method, headers, body, signal })
  const type = answer.contentType
  return new Response(new Uint8Array(answer.body), {
    status: answer.status,
    headers: type === undefined ? {} : { 'Content-Type': type },
  })
}
