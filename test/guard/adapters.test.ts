import { Hono } from 'hono'
import { expect, test } from 'vitest'
import {
  expressGuard,
  fastifyGuard,
  guarded,
  honoGuard,
  svelteKitGuard,
  type GuardOptions,
  type GuardVariables,
} from '../../src/guard/guard.ts'
import { aKey, aKeyServer, bearer } from './tokens.ts'

const REFUSED = {
  detail: 'Authentication credentials were not provided.',
  code: 'not_authenticated',
}

async function aLogin() {
  const key = await aKey()
  const { options } = aKeyServer([key.jwk])
  return { options, token: await key.sign() }
}

const anonymous = (): Request => new Request('https://api.example.com/orders')

test("guards a Worker's fetch, and passes env and context on", async () => {
  const { options, token } = await aLogin()
  type Env = { readonly options: GuardOptions; readonly greeting: string }
  const handler = guarded(
    (env: Env, _context: string) => env.options,
    (request, user, env, context) =>
      new Response([request.method, user.id, env.greeting, context].join(' ')),
  )
  const env = { options, greeting: 'hello' }
  const response = await handler(bearer(token), env, 'context')
  expect(await response.text()).toBe('GET 7 hello context')
  const refused = await handler(anonymous(), env, 'context')
  expect([refused.status, await refused.json()]).toEqual([401, REFUSED])
})

test("guards a route handler of Next, whose second argument is the route's", async () => {
  const { options, token } = await aLogin()
  type Route = { readonly params: Promise<{ readonly id: string }> }
  const GET = guarded(options, async (_request, user, { params }: Route) =>
    Response.json({ user: user.id, order: (await params).id }),
  )
  const route = { params: Promise.resolve({ id: '9' }) }
  expect(await (await GET(bearer(token), route)).json()).toEqual({ user: '7', order: '9' })
  expect((await GET(anonymous(), route)).status).toBe(401)
})

test('a fault of the handler is its own', async () => {
  const { options, token } = await aLogin()
  const handler = guarded(options, () => {
    throw new Error('mine')
  })
  await expect(handler(bearer(token))).rejects.toThrow('mine')
})

test('guards routes of Hono', async () => {
  const { options, token } = await aLogin()
  type Env = { readonly options: GuardOptions }
  const app = new Hono<{ Bindings: Env; Variables: GuardVariables }>()
  app.use(
    '/orders/*',
    honoGuard<Env>((env) => env.options),
  )
  app.get('/orders', (c) => c.json({ user: c.get('user').id }))
  app.get('/', (c) => c.text('open'))
  const env = { options }
  const ask = (request: Request) => app.fetch(request, env)
  expect(await (await ask(bearer(token))).json()).toEqual({ user: '7' })
  const refused = await ask(anonymous())
  expect([refused.status, await refused.json()]).toEqual([401, REFUSED])
  expect(refused.headers.get('WWW-Authenticate')).toBe('Bearer')
  expect(await (await ask(new Request('https://api.example.com/'))).text()).toBe('open')
})

test("is SvelteKit's handle", async () => {
  const { options, token } = await aLogin()
  type Locals = { user?: { id: string } }
  const handle = svelteKitGuard(() => options)
  const resolve = ({ locals }: { locals: Locals }) => new Response(locals.user?.id)
  const event = (request: Request) => ({ request, locals: {} satisfies Locals })
  expect(await (await handle({ event: event(bearer(token)), resolve })).text()).toBe('7')
  expect((await handle({ event: event(anonymous()), resolve })).status).toBe(401)
})

/** What Express and Fastify have in common with what the guard uses of them; the package's test runs the real ones. */
function aNodeReply() {
  const sent: unknown[] = []
  const end = (body: unknown): unknown => sent.push(body)
  const headed = (headers: object) => {
    sent.push(headers)
    return { json: end, send: end }
  }
  const status = (code: number) => {
    sent.push(code)
    return { set: headed, headers: headed }
  }
  return { sent, status, code: status }
}

const HEADERS = { 'Cache-Control': 'no-store', 'WWW-Authenticate': 'Bearer' }

test("is Express' middleware", async () => {
  const { options, token } = await aLogin()
  const middleware = expressGuard(() => options)
  const nexts: unknown[][] = []
  const next = (...all: unknown[]): void => {
    nexts.push(all)
  }
  const good = { method: 'GET', headers: { authorization: `Bearer ${token}` } }
  const untouched = aNodeReply()
  await middleware(good, untouched, next)
  expect([good, nexts, untouched.sent]).toMatchObject([{ user: { id: '7' } }, [[]], []])

  const reply = aNodeReply()
  await middleware({ method: 'GET', headers: {} }, reply, next)
  expect([reply.sent, nexts.length]).toEqual([[401, HEADERS, REFUSED], 1])

  await expressGuard({})(good, aNodeReply(), next)
  expect(nexts[1]).toEqual([new TypeError('The guard needs auth or secret.')])
})

test("is Fastify's preHandler hook", async () => {
  const { options, token } = await aLogin()
  const hook = fastifyGuard(options)
  const good = { method: 'GET', headers: { authorization: `Bearer ${token}` } }
  const untouched = aNodeReply()
  await hook(good, untouched)
  expect([good, untouched.sent]).toMatchObject([{ user: { id: '7' } }, []])
  const reply = aNodeReply()
  await hook({ headers: {} }, reply)
  expect(reply.sent).toEqual([401, HEADERS, REFUSED])
})
