import { describe, expect, test } from 'vitest'
import type { EmailMessage } from '../../src/email-message.ts'
import { createClock, TEST_TIME } from '../support/clock.ts'
import type { Scenario, Step } from './corpus.ts'
import type { Difference } from './difference.ts'
import type { JsonObject } from './json.ts'
import { replayFile } from './replay.ts'
import { runScenario, type Failure, type Outcome } from './scenario.ts'
import type { World } from './world.ts'

/** A world whose app is a function; seeds count users, nothing else is remembered. */
function createFakeWorld(answer: (request: Request, state: FakeState) => Response): FakeWorld {
  const state: FakeState = {
    users: [],
    providers: [],
    begun: 0,
    outsideFailed: false,
    undescribed: [],
  }
  let clock = createClock()
  let mails: EmailMessage[] = []
  const world: World = {
    begin: () => {
      Object.assign(state, { users: [], providers: [], begun: state.begun + 1 })
      clock = createClock()
      return Promise.resolve()
    },
    send: (request) => {
      const response = answer(request, state)
      const { outsideFailed, undescribed } = state
      return Promise.resolve({ response, outsideFailed, undescribed, log: ['logged'] })
    },
    seed: (operation) => {
      state.users.push(operation)
      return Promise.resolve({ userId: state.users.length, rowId: 100 })
    },
    setProviders: (exchanges) => {
      state.providers = exchanges
    },
    now: () => clock.now(),
    wait: (seconds) => {
      clock.advance(seconds)
    },
    takeMails: () => {
      const taken = mails
      mails = []
      return taken
    },
    remember: () => {
      const users = [...state.users]
      return Promise.resolve(() => {
        state.users = [...users]
        return Promise.resolve()
      })
    },
  }
  return { world, state, deliver: (mail) => mails.push(mail) }
}

type FakeState = {
  users: JsonObject[]
  providers: readonly JsonObject[]
  begun: number
  outsideFailed: boolean
  undescribed: readonly string[]
}

type FakeWorld = {
  readonly world: World
  readonly state: FakeState
  readonly deliver: (mail: EmailMessage) => void
}

const NONE: readonly Difference[] = []

function scenarioOf(...steps: readonly Step[]): Scenario {
  return { id: 'group/name', settings: {}, needs: [], steps }
}

function get(path: string, response: Extract<Step, { kind: 'request' }>['response']): Step {
  return { kind: 'request', request: { method: 'GET', path, client: 'a' }, response }
}

async function play(
  world: World,
  steps: readonly Step[],
  differences = NONE,
  strict = true,
): Promise<Outcome> {
  return runScenario(scenarioOf(...steps), world, { differences, strict })
}

function places(failure: Failure | undefined): readonly string[] {
  return failure?.mismatches.map(({ where }) => where) ?? []
}

function aMail(text: string): EmailMessage {
  return {
    from: 'x@example.com',
    to: 'ada@example.com',
    subject: 'Hello',
    text,
    html: '',
    idempotencyKey: 'k',
  }
}

test('a right answer passes, a wrong one fails with its step', async () => {
  const { world } = createFakeWorld((request) => Response.json({ url: request.url }))
  const right = get('/a', { status: 200, json: { url: 'http://testserver/a' } })
  const wrong = get('/b', { status: 200, json: { url: 'http://testserver/a' } })
  expect((await play(world, [right])).failure).toBeUndefined()
  expect((await play(world, [right, wrong, right])).failure).toEqual({
    step: 1,
    what: 'GET /b',
    mismatches: [
      { where: 'body.url', expected: '"http://testserver/a"', actual: '"http://testserver/b"' },
    ],
    log: ['logged'],
  })
})

test('an app that throws fails the step', async () => {
  const { world } = createFakeWorld(() => {
    throw new Error('app fell over')
  })
  const { failure } = await play(world, [get('/a', { status: 200 })])
  expect(failure?.step).toBe(0)
  expect(failure?.mismatches[0]?.actual).toContain('app fell over')
})

test('a facility that is asked for and not there is a failure, not a skip', async () => {
  const { world } = createFakeWorld(() => new Response())
  const scenario = { ...scenarioOf(), needs: ['redis'] }
  const { failure } = await runScenario(scenario, world, { differences: NONE, strict: true })
  expect(failure?.mismatches[0]?.actual).toContain('needs redis')
})

test('cookies are kept for the named client only', async () => {
  const { world } = createFakeWorld(
    (request) =>
      new Response(request.headers.get('Cookie') ?? 'none', {
        headers: { 'Set-Cookie': 'c=1; Path=/' },
      }),
  )
  const cookies = { c: { value: '1' } }
  const anonymous: Step = {
    kind: 'request',
    request: { method: 'GET', path: '/' },
    response: { status: 200, text: 'none', cookies },
  }
  const steps = [
    get('/', { status: 200, text: 'none', cookies }),
    get('/', { status: 200, text: 'c=1', cookies }),
    anonymous,
    anonymous,
  ]
  expect((await play(world, steps)).failure).toBeUndefined()
})

test('seeds are filled in, done in order, and give their ids', async () => {
  const { world, state } = createFakeWorld((request) => Response.json(request.url))
  const steps: readonly Step[] = [
    { kind: 'seed', operations: [{ op: 'create_user', username: 'ada', capture_pk: 'id' }] },
    { kind: 'seed', operations: [{ op: 'x', name: 'u{{id}}', capture_id: 'account' }] },
    get('/{{id}}/{{account}}', { status: 200, json: 'http://testserver/1/100' }),
  ]
  expect((await play(world, steps)).failure).toBeUndefined()
  expect(state.users).toEqual([
    { op: 'create_user', username: 'ada' },
    { op: 'x', name: 'u1' },
  ])
})

test('minted tokens are signed with SECRET_KEY or the given key', async () => {
  const { world } = createFakeWorld((request) => new Response(new URL(request.url).search))
  const claims = { exp: { $now: 60 } }
  const steps: readonly Step[] = [
    { kind: 'mint', mint: { capture: 'a', claims } },
    { kind: 'mint', mint: { capture: 'b', claims, key: 'other' } },
    { kind: 'mint', mint: { capture: 'c', claims, header: { alg: 'none' } } },
    get('/?{{a}}|{{b}}|{{c}}', { status: 200, text: expectedTokens() }),
  ]
  expect((await play(world, steps)).failure).toBeUndefined()
})

/** Made with Python's `hmac`, for the claims `{"exp":1804136827}`. */
function expectedTokens(): string {
  const claims = 'eyJleHAiOjE4MDQxMzY4Mjd9'
  return [
    `?eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${claims}.N54StxShy8nS_yBBMZo8lPOYMjDGjMdTqb9XiAzBYGA`,
    `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${claims}.XHjB6YmniFVa2TPlMJn6ylTk9mkC38_ubRPlbKzC_tk`,
    `eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.${claims}.`,
  ].join('|')
}

test('waiting moves the clock and nothing else', async () => {
  const { world } = createFakeWorld(() => Response.json(world.now().toISOString()))
  const later = new Date(TEST_TIME.getTime() + 2200).toISOString()
  const steps: readonly Step[] = [
    { kind: 'wait', seconds: 2.2 },
    get('/', { status: 200, json: later }),
  ]
  expect((await play(world, steps)).failure).toBeUndefined()
})

test('the outside world is replaced, its values filled in', async () => {
  const { world, state } = createFakeWorld(() => new Response())
  await play(world, [
    { kind: 'seed', operations: [{ op: 'create_user', capture_pk: 'id' }] },
    { kind: 'provider', exchanges: [{ url: 'https://a/{{id}}' }] },
    { kind: 'provider', exchanges: [{ url: 'https://b/{{id}}' }] },
  ])
  expect(state.providers).toEqual([{ url: 'https://b/1' }])
})

describe('mails', () => {
  const expected = {
    to: ['ada@example.com'],
    subject: 'Hello',
    captures: { key: 'k=(\\w+)' },
  }

  test('count, addresses and subjects must be right, and captures found', async () => {
    const { world, deliver } = createFakeWorld((request) => Response.json(request.url))
    deliver(aMail('k=abc'))
    const steps: readonly Step[] = [
      { kind: 'mail', mail: { count: 1, messages: [expected] } },
      get('/{{key}}', { status: 200, json: 'http://testserver/abc' }),
      { kind: 'mail', mail: { count: 0, messages: [] } },
    ]
    expect((await play(world, steps)).failure).toBeUndefined()
  })

  test.each([
    [{ count: 0, messages: [] }, ['mail count']],
    [{ count: 2, messages: [expected] }, ['mail count']],
    [{ count: 1, messages: [{ ...expected, to: ['bob@example.com'] }] }, ['mail 0 to[0]']],
    [{ count: 1, messages: [{ ...expected, subject: 'hello' }] }, ['mail 0 subject']],
    [{ count: 1, messages: [{ ...expected, captures: { k: 'z=(.)' } }] }, ['mail 0 text']],
    [{ count: 1, messages: [{ ...expected, captures: { k: 'k=.' } }] }, ['mail 0 text']],
  ])('%j differs in %j', async (mail, differing) => {
    const { world, deliver } = createFakeWorld(() => new Response())
    deliver(aMail('k=abc'))
    expect(places((await play(world, [{ kind: 'mail', mail }])).failure)).toEqual(differing)
  })
})

describe('where the reference crashed', () => {
  const crash = get('/', { status: 500, any_body: true, server_error: true })
  const unreachable = get('/', { status: 418 })

  test.each([
    [400, false, true],
    [404, false, true],
    [503, true, true],
    [503, false, false],
    [500, true, false],
    [200, false, false],
    [302, false, false],
  ])('%i, with the outside failing %j, is sound: %j', async (status, outsideFailed, sound) => {
    const fake = createFakeWorld(() => new Response(null, { status }))
    fake.state.outsideFailed = outsideFailed
    const { failure } = await play(fake.world, [crash, unreachable])
    expect(places(failure)).toEqual(sound ? [] : ['status'])
  })
})

test('an answer that openapi.json does not describe fails, recorded or not', async () => {
  const fake = createFakeWorld(() => Response.json('theirs'))
  fake.state.undescribed = ['200 body must be object']
  const { failure } = await play(fake.world, [get('/', { status: 200, json: 'theirs' })])
  expect(failure?.mismatches).toEqual([
    { where: 'openapi.json', expected: '"as described"', actual: '"200 body must be object"' },
  ])
})

describe('a deliberate difference', () => {
  const recorded = get('/', { status: 200, json: 'theirs' })
  const ours = { status: 400, json: 'ours' }
  const refuseRoot: Difference = {
    rule: 'refuse root',
    reason: 'a reason',
    instead: [{ when: ({ request }) => request?.path === '/', response: ours }],
  }
  const answering = (body: string, status: number): World =>
    createFakeWorld(() => Response.json(body, { status })).world

  test('our answer passes and is counted', async () => {
    const outcome = await play(answering('ours', 400), [recorded], [refuseRoot])
    expect(outcome).toEqual({ failure: undefined, differences: ['refuse root'] })
  })

  test('any other answer fails', async () => {
    const { failure } = await play(answering('neither', 400), [recorded], [refuseRoot])
    expect(places(failure)).toEqual(['body'])
  })

  test("the reference's answer means that the entry is out of date", async () => {
    const { failure } = await play(answering('theirs', 200), [recorded], [refuseRoot])
    expect(places(failure)[0]).toBe('difference refuse root')
  })

  test("in other recordings the reference's answer is as good", async () => {
    const outcome = await play(answering('theirs', 200), [recorded], [refuseRoot], false)
    expect(outcome).toEqual({ failure: undefined, differences: [] })
  })

  test('whose condition does not hold does not apply', async () => {
    const never = { ...refuseRoot, instead: [{ when: () => false, response: ours }] }
    const { failure } = await play(answering('ours', 400), [recorded], [never])
    expect(places(failure)).toContain('status')
  })

  test('the first condition that holds gives the answer, and the first difference the name', async () => {
    const other = { when: () => true, response: { status: 400, json: 'another' } }
    const list: readonly Difference[] = [
      {
        rule: 'first',
        reason: 'a reason',
        instead: [{ ...other, when: () => false }, ...refuseRoot.instead, other],
      },
      { rule: 'second', reason: 'a reason', instead: [other] },
    ]
    const outcome = await play(answering('ours', 400), [recorded], list)
    expect(outcome).toEqual({ failure: undefined, differences: ['first'] })
  })

  test('sees the request with its values filled in', async () => {
    const seen: unknown[] = []
    const spy: Difference = {
      rule: 'look',
      reason: 'a reason',
      instead: [
        {
          when: ({ request, step }) => {
            seen.push([step, request?.path, request?.json])
            return false
          },
        },
      ],
    }
    const { world } = createFakeWorld(() => new Response())
    const steps: readonly Step[] = [
      { kind: 'seed', operations: [{ op: 'create_user', capture_pk: 'id' }] },
      {
        kind: 'request',
        request: { method: 'POST', path: '/{{id}}', json: [{ $ref: 'id' }] },
        response: { status: 200 },
      },
    ]
    await play(world, steps, [spy])
    expect(seen).toEqual([[1, '/1', [1]]])
  })

  test('may end the scenario', async () => {
    const ending = { ...refuseRoot, instead: [{ when: () => true, response: ours, ends: true }] }
    const steps = [recorded, get('/next', { status: 418 })]
    expect((await play(answering('ours', 400), steps, [ending])).failure).toBeUndefined()
  })

  test('may be about mails', async () => {
    const mail: Step = { kind: 'mail', mail: { count: 1, messages: [] } }
    const silent: Difference = {
      rule: 'mail nobody',
      reason: 'a reason',
      instead: [{ when: () => true, mail: { count: 0, messages: [] } }],
    }
    const { world } = createFakeWorld(() => new Response())
    expect(await play(world, [mail], [silent])).toEqual({
      failure: undefined,
      differences: ['mail nobody'],
    })
  })
})

test('every case starts from the state after the setup, captures included', async () => {
  const { world, state } = createFakeWorld((request, { users }) =>
    Response.json(
      { users: users.length, cookie: request.headers.get('Cookie') },
      {
        headers: { 'Set-Cookie': 'c=1; Path=/' },
      },
    ),
  )
  const cookies = { c: { value: '1' } }
  const seed: Step = { kind: 'seed', operations: [{ op: 'create_user', capture_pk: 'id' }] }
  const sees = (users: number): Step =>
    get('/{{id}}', { status: 200, json: { users, cookie: null }, cookies })
  const caseOf = (index: number, ...steps: readonly Step[]): Scenario => ({
    ...scenarioOf(...steps),
    id: `fuzz#${index}`,
  })
  const reports = replayFile(
    {
      kind: 'cases',
      setup: { ...scenarioOf(seed), id: 'fuzz#setup' },
      cases: [
        caseOf(0, sees(1), seed, { kind: 'seed', operations: [{}] }),
        caseOf(1, sees(1)),
        caseOf(2, sees(2)),
      ],
    },
    world,
    { filter: '', differences: NONE, strict: true },
  )
  const verdicts: [string, readonly string[]][] = []
  for await (const { id, failure } of reports) verdicts.push([id, places(failure)])
  expect(verdicts).toEqual([
    ['fuzz#0', []],
    ['fuzz#1', []],
    ['fuzz#2', ['body.users']],
  ])
  expect(state.begun).toBe(1)
})
