import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorker, type WorkerUnderTest } from './start-worker.ts'

// `fetch` writes some methods in capitals by itself: only a socket says what a server does with others.

let worker: WorkerUnderTest

beforeAll(async () => {
  worker = await startWorker({})
})
afterAll(() => worker.stop())

async function statusOf(method: string): Promise<string> {
  const { hostname, port } = worker.url
  const socket = connect(Number(port), hostname)
  socket.write(`${method} /healthz HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text.split('\r\n')[0] ?? ''
}

test.each(['get', 'Post', 'patch', 'delete'])('%s reaches no handler', async (method) => {
  expect(await statusOf(method)).toMatch(/^HTTP\/1\.1 (?:400|501) /)
})

test('GET does', async () => {
  expect(await statusOf('GET')).toBe('HTTP/1.1 200 OK')
})
