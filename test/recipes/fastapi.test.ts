import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { memberOf } from '../support/answer.ts'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'
import { serve, type Served } from '../support/serve.ts'
import vectors from '../vectors/jwt-tokens.json' with { type: 'json' }

/** docs/fastapi_authentication.py in a real FastAPI, before the app. */

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))
const [es256] = vectors.asymmetric.ES256
const ALICE = { username: 'alice', password: 'right-horse-staple' }

/** Calls the API by its own interface, ASGI: no server, no port. */
const PROGRAM = `
import asyncio, json, os, sys
from fastapi import Depends, FastAPI
from fastapi_authentication import RestAuthEdge, User

edge = RestAuthEdge(os.environ["EDGE_URL"], client=("orders", os.environ["EDGE_SECRET"]))
app = FastAPI()

@app.get("/orders")
def orders(user: User = Depends(edge.user)):
    return {"of": user.id}

async def call(authorization):
    sent = []
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}
    async def send(message):
        sent.append(message)
    headers = [(b"authorization", authorization.encode())] if authorization else []
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/orders", "raw_path": b"/orders", "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return [sent[0]["status"], json.loads(body)]

async def main():
    print(json.dumps([await call(one) for one in json.loads(sys.argv[1])]))

asyncio.run(main())
`

let app: TestApp
let served: Served
beforeEach(async () => {
  await start({ USE_JWT: 'true', SIMPLE_JWT_ALGORITHM: 'ES256' })
})
afterEach(() => served.stop())

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  const secret = 'a-secret-of-the-orders-service-0123456789'
  app = await createTestApp({
    env: {
      JWT_AUTH_HTTPONLY: 'false',
      INTROSPECTION_CLIENTS: JSON.stringify({ orders: secret }),
      ...(env['USE_JWT'] === 'true' ? { SIMPLE_JWT_SIGNING_KEY: es256?.private } : {}),
      ...env,
    },
    users: [aUser()],
    now: new Date(),
  })
  served = await serve(app)
}

/** What the API answers to requests with these headers, one after the other. */
async function ask(...headers: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    '/usr/bin/python3',
    ['-c', PROGRAM, JSON.stringify(headers)],
    {
      env: {
        PYTHONPATH: DOCS,
        PYTHONDONTWRITEBYTECODE: '1',
        EDGE_URL: `${served.url}/dj-rest-auth/`,
        EDGE_SECRET: 'a-secret-of-the-orders-service-0123456789',
      },
    },
  )
  return JSON.parse(stdout)
}

const REFUSED = [401, { detail: 'Token is invalid or expired' }]
const USER = [200, { of: '1' }]

test('takes JWTs of the service, and no others; one request for all of them', async () => {
  const login = () => app.post('/login/', ALICE)
  const access = await memberOf(login(), 'access')
  const refresh = await memberOf(login(), 'refresh')
  served.paths.length = 0
  const forged = `${access.slice(0, -8)}AAAAAAAA`
  const answers = await ask(
    `Bearer ${access}`,
    `Bearer ${access}`,
    `Bearer ${refresh}`,
    `Bearer ${forged}`,
    '',
    'Bearer a.b.c',
  )
  const missing = [401, { detail: 'Authentication credentials were not provided.' }]
  expect(answers).toEqual([USER, USER, REFUSED, REFUSED, missing, REFUSED])
  expect(served.paths).toEqual(['/dj-rest-auth/.well-known/jwks.json'])
})

test('a token that names an audience is for somebody else', async () => {
  await served.stop()
  await start({ USE_JWT: 'true', SIMPLE_JWT_ALGORITHM: 'ES256', SIMPLE_JWT_AUDIENCE: 'billing' })
  const access = await memberOf(app.post('/login/', ALICE), 'access')
  expect(await ask(`Bearer ${access}`)).toEqual([REFUSED])
})

test('asks about auth tokens once in ten seconds', async () => {
  await served.stop()
  await start({})
  const key = await memberOf(app.post('/login/', ALICE), 'key')
  served.paths.length = 0
  const answers = await ask(`Token ${key}`, `Token ${key}`, 'Token no-such-key')
  expect(answers).toEqual([USER, USER, [401, { detail: 'Invalid token.' }]])
  expect(served.paths).toEqual(Array(2).fill('/dj-rest-auth/token/introspect/'))
})

test('says 503 where the service cannot be asked', async () => {
  const access = await memberOf(app.post('/login/', ALICE), 'access')
  await served.stop()
  const down = [503, { detail: 'Logins cannot be checked at the moment.' }]
  expect(await ask(`Bearer ${access}`, 'Token 123')).toEqual([down, down])
  served = await serve(app)
})
