import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp, type App } from '../../src/app.ts'
import { openDeps, type Deps } from '../../src/deps.ts'
import { findUserByClaim } from '../../src/db/users.ts'
import { makeEmailKey } from '../../src/domain/email-key.ts'
import { encodeUid, makeResetToken } from '../../src/domain/reset-token.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { aUser } from '../support/app.ts'
import { createClock } from '../support/clock.ts'
import { startRestartableSqld, type RestartableSqld } from '../support/restartable-sqld.ts'
import { seedUser } from '../support/seed.ts'

/** So many clients use one single-use thing; this many of them at one moment. */
const USES = 1_000
const AT_ONCE = 50
const RESTART_AFTER = 400

let server: RestartableSqld

beforeAll(async () => {
  server = await startRestartableSqld()
})

afterAll(async () => {
  await server.stop()
})

type World = { readonly app: App; readonly deps: () => Deps }

function openWorld(env: Readonly<Record<string, unknown>>): World {
  const settings = parseSettings({
    SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
    PASSWORD_PBKDF2_CALLS: '1',
    PASSWORD_PBKDF2_ITERATIONS: '1000',
    ACCOUNT_RATE_LIMITS: 'false',
    AUDIT_EVENTS: 'false',
    ...env,
    TURSO_DATABASE_URL: server.url,
  })
  const clock = createClock()
  const deps = (): Deps =>
    openDeps(settings, {
      fetch: (input, init) => fetch(input, init),
      now: () => clock.now(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      defer: (work) => {
        work.catch(() => undefined)
      },
      log: () => undefined,
      client: { address: '192.0.2.1', country: '', userAgent: '' },
      sendEmail: () => Promise.resolve({ kind: 'sent' }),
    })
  return { app: createApp(settings, deps), deps }
}

type Use = { readonly path: string; readonly body: Readonly<Record<string, string>> }

/** Statuses of all uses; with `restart` the database is killed when some of them are on their way. */
async function useAll(
  { app }: World,
  use: (index: number) => Use,
  isRestarted: boolean,
): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>()
  let next = 0
  let restarting: Promise<void> | undefined
  const worker = async (): Promise<void> => {
    while (next < USES) {
      const index = next
      next += 1
      if (isRestarted && index === RESTART_AFTER) restarting = server.restart()
      const { path, body } = use(index)
      const request = new Request(`https://auth.example.com/dj-rest-auth/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      const { status } = await app.fetch(request)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  await restarting
  return statuses
}

const THINGS = {
  'a password reset link': async () => {
    const world = openWorld({})
    const deps = world.deps()
    const username = `reset${Math.trunc(performance.now())}`
    const id = await seedUser(deps, aUser({ username }))
    const found = await findUserByClaim(deps.db, { field: 'id', value: String(id) }, undefined)
    if (found === undefined) throw new Error('The user was not written.')
    const subject = { ...found, addresses: [`${username}@example.com`] }
    const token = await makeResetToken(subject, deps.settings.SECRET_KEY, deps.now)
    return {
      world,
      use: (index: number) => ({
        path: 'password/reset/confirm/',
        body: {
          uid: encodeUid(id),
          token,
          new_password1: `a-new-phrase-${index}`,
          new_password2: `a-new-phrase-${index}`,
        },
      }),
    }
  },
  'a refresh token without grace': async () => {
    const world = openWorld({
      USE_JWT: 'true',
      JWT_AUTH_HTTPONLY: 'false',
      REFRESH_TOKEN_GRACE_SECONDS: '0',
    })
    const username = `refresh${Math.trunc(performance.now())}`
    await seedUser(world.deps(), aUser({ username }))
    const login = await world.app.fetch(
      new Request('https://auth.example.com/dj-rest-auth/login/', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username, password: 'right-horse-staple' }),
      }),
    )
    const { refresh } = (await login.json()) as { refresh: string }
    return { world, use: () => ({ path: 'token/refresh/', body: { refresh } }) }
  },
  'the key of a verification mail': async () => {
    const world = openWorld({})
    const deps = world.deps()
    const username = `verify${Math.trunc(performance.now())}`
    const userId = await seedUser(deps, aUser({ username, emailVerified: false }))
    const { rows } = await server.client.execute({
      sql: 'select id from email_addresses where user_id = ?',
      args: [userId],
    })
    const key = await makeEmailKey(deps, Number(rows[0]?.['id']))
    return { world, use: () => ({ path: 'registration/verify-email/', body: { key } }) }
  },
} satisfies Record<
  string,
  () => Promise<{ readonly world: World; readonly use: (index: number) => Use }>
>

const TIMEOUT_MS = 300_000

test.each(Object.entries(THINGS))(
  'of 1,000 uses of %s one wins',
  { timeout: TIMEOUT_MS },
  async (_name, make) => {
    const { world, use } = await make()
    const statuses = await useAll(world, use, false)
    expect(statuses.get(200)).toBe(1)
    expect([...statuses.keys()].filter((status) => status >= 500 && status !== 503)).toEqual([])
  },
)

test.each(Object.entries(THINGS))(
  'with the database killed and restarted in the middle, of 1,000 uses of %s still one wins',
  { timeout: TIMEOUT_MS },
  async (_name, make) => {
    const { world, use } = await make()
    const statuses = await useAll(world, use, true)
    // The answer of the winner may be what got lost; then nobody is told of a win, and it is used up.
    expect(statuses.get(200) ?? 0).toBeLessThanOrEqual(1)
    expect([...statuses.keys()].filter((status) => status >= 500 && status !== 503)).toEqual([])
    expect(statuses.get(503) ?? 0).toBeGreaterThan(0)
    const again = await useAll(world, use, false)
    expect(again.get(200) ?? 0).toBe(0)
  },
)
