import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeFetch, jsonExchange } from './fake-fetch.ts'

let database: Server
let databaseUrl = ''

beforeAll(async () => {
  database = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1')
  await once(database, 'listening')
  const address = database.address()
  databaseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => {
  database.close()
})

test('refuses the connection to whatever it was not told about', async () => {
  const { fetch, calls } = createFakeFetch(databaseUrl)
  await expect(fetch('https://a.example/x?y=1')).rejects.toThrow(
    new TypeError('connection refused: GET https://a.example/x'),
  )
  expect(calls.map(({ url, status }) => [url, status])).toEqual([
    ['https://a.example/x', undefined],
  ])
})

test('answers with the first exchange whose query was sent', async () => {
  const fake = createFakeFetch(databaseUrl)
  fake.setExchanges([
    jsonExchange('GET', 'https://a.example/x', 'first', { query: { k: '1', l: '2' } }),
    jsonExchange('GET', 'https://a.example/x', 'second', { query: { k: '1' } }),
    jsonExchange('GET', 'https://a.example/x', 'third'),
  ])
  const ask = async (query: string): Promise<unknown> =>
    (await fake.fetch(`https://a.example/x${query}`)).json()
  expect(await ask('?l=2&k=1&z=9')).toBe('first')
  expect(await ask('?k=1')).toBe('second')
  expect(await ask('?k=2')).toBe('third')
  await expect(fake.fetch('https://a.example/x', { method: 'POST' })).rejects.toThrow(TypeError)
})

test('finds query entries in a form body, too', async () => {
  const fake = createFakeFetch(databaseUrl)
  fake.addExchange(
    jsonExchange('POST', 'https://a.example/', {}, { query: { code: 'c' }, status: 201 }),
  )
  const init = { method: 'POST', body: new URLSearchParams({ code: 'c' }) }
  expect((await fake.fetch('https://a.example/', init)).status).toBe(201)
})

test('knows which exchanges nobody asked for', async () => {
  const fake = createFakeFetch(databaseUrl)
  const used = jsonExchange('GET', 'https://a.example/used', {})
  const unused = jsonExchange('GET', 'https://a.example/unused', {})
  fake.setExchanges([used, unused])
  await fake.fetch('https://a.example/used')
  expect(fake.unused()).toEqual([unused])
})

test('counts round trips and statements to the database', async () => {
  const { fetch, databaseCost, calls } = createFakeFetch(databaseUrl)
  const steps = ['BEGIN IMMEDIATE', 'select 1', 'select 2', 'COMMIT', 'ROLLBACK']
  const batch = { type: 'batch', batch: { steps: steps.map((sql) => ({ stmt: { sql } })) } }
  for (const requests of [
    [{ type: 'execute' }, { type: 'close' }],
    [batch, { type: 'close' }],
  ]) {
    await fetch(`${databaseUrl}/v2/pipeline`, {
      method: 'POST',
      body: JSON.stringify({ requests }),
    })
  }
  expect(databaseCost()).toEqual({ roundTrips: 2, statements: 3 })
  expect(calls).toEqual([])
})

test('lets a test stand between the app and the database', async () => {
  const { fetch, interceptDatabase } = createFakeFetch(databaseUrl)
  const ask = (): Promise<Response> => fetch(databaseUrl, { method: 'POST', body: '{}' })
  interceptDatabase(() => Promise.resolve(new Response(null, { status: 503 })))
  expect((await ask()).status).toBe(503)
  interceptDatabase((request, pass) => pass(request))
  expect((await ask()).status).toBe(200)
})

test('respects a signal that is aborted already', async () => {
  const { fetch } = createFakeFetch(databaseUrl)
  await expect(fetch(databaseUrl, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
})
