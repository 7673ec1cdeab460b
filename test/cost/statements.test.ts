import { expect, test } from 'vitest'
import { aUser, createTestApp, type TestApp } from '../support/app.ts'

const PASSWORD = 'right-horse-staple'
const JWT = { USE_JWT: 'true', JWT_AUTH_HTTPONLY: 'false' }

const BOB = {
  username: 'bob',
  email: 'bob@example.com',
  password1: PASSWORD,
  password2: PASSWORD,
}

type Pair = { readonly access: string; readonly refresh: string }

async function logIn(app: TestApp): Promise<Pair> {
  const response = await app.post('/login/', { username: 'ada', password: PASSWORD })
  expect(response.status).toBe(200)
  await app.settle()
  return response.json()
}

/** Statements that an answer waits for, and that follow it, with all that is counted and noted by default. */
test.each<
  [
    what: string,
    status: number,
    waited: number,
    after: number,
    (app: TestApp, pair: Pair) => Promise<Response>,
  ]
>([
  ['a login', 200, 4, 4, (app) => app.post('/login/', { username: 'ada', password: PASSWORD })],
  ['a wrong login', 400, 4, 2, (app) => app.post('/login/', { username: 'ada', password: 'x' })],
  ['a refresh', 200, 4, 2, (app, { refresh }) => app.post('/token/refresh/', { refresh })],
  ['a registration', 201, 6, 6, (app) => app.post('/registration/', BOB)],
  [
    'a read of the own account',
    200,
    1,
    0,
    (app, { access }) => app.request('/user/', { headers: { Authorization: `Bearer ${access}` } }),
  ],
])(
  '%s: %i, %i statements before the answer, %i after',
  async (_what, status, waited, after, ask) => {
    const app = await createTestApp({
      env: JWT,
      users: [aUser({ username: 'ada', password: PASSWORD })],
    })
    const pair = await logIn(app)
    let answered = 0
    const cost = await app.costOf(async () => {
      answered = (await ask(app, pair)).status
    })
    expect({
      status: answered,
      waited: cost.waited.statements,
      after: cost.total.statements - cost.waited.statements,
    }).toEqual({ status, waited, after })
  },
)
