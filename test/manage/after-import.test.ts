import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { users } from '../../src/db/schema/users.ts'
import { encodeUid } from '../../src/core/tokens/reset-token.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { manage } from './console.ts'
import { DJANGO_SECRET_KEY, djangoJson, generateDjango, type DjangoSample } from './django.ts'

let directory: string
let file: string
let samples: readonly DjangoSample[]

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'after-import-'))
  file = join(directory, 'django.sqlite3')
  samples = await generateDjango(file, 60)
}, 60_000)

afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** The app with Django's users in it, at the present: Django's tokens are of now. */
async function appAfterImport(
  given: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<TestApp> {
  const env = { SECRET_KEY_FALLBACKS: DJANGO_SECRET_KEY, ACCOUNT_RATE_LIMITS: 'false', ...given }
  const app = await createTestApp({ env, now: new Date() })
  const { TURSO_DATABASE_URL, SECRET_KEY } = app.settings
  const cheap = { PASSWORD_PBKDF2_CALLS: '1', PASSWORD_PBKDF2_ITERATIONS: '1000' }
  const ran = await manage(
    { env: { TURSO_DATABASE_URL, SECRET_KEY, ...cheap }, directory },
    'import-django',
    file,
    ...args,
  )
  expect(ran.code).toBe(0)
  return app
}

function bearer(token: string): { readonly headers: HeadersInit } {
  return { headers: { Authorization: `Bearer ${token}` } }
}

test('every kind of hash logs in and is then rewritten; the inactive and the unusable stay out', async () => {
  const app = await appAfterImport()
  const kinds = new Set<string>()
  for (const { id, username, password, kind, isActive } of samples) {
    const response = await app.post('/login/', { username, password })
    await app.settle()
    const isIn = isActive && kind !== 'unusable'
    expect([username, kind, response.status]).toEqual([username, kind, isIn ? 200 : 400])
    const [row] = await app.deps().db.select().from(users).where(eq(users.id, id))
    expect(row?.password.startsWith('pbkdf2_sha256$1000$'), kind).toBe(isIn)
    if (isIn) kinds.add(kind)
  }
  expect([...kinds].sort()).toEqual([
    'argon2d',
    'argon2i',
    'argon2id',
    'bcrypt',
    'bcrypt_sha256',
    'md5',
    'pbkdf2_sha1-1000',
    'pbkdf2_sha256-1000',
    'scrypt',
  ])
})

test("a login answers the token key that the user's devices hold", async () => {
  const app = await appAfterImport()
  const user = samples.find(({ key, isActive, kind }) => key !== null && isActive && kind === 'md5')
  const response = await app.post('/login/', {
    username: user?.username,
    password: user?.password,
  })
  expect(await response.json()).toEqual({ key: user?.key })
})

test('every old token key is good, and names its user', async () => {
  const app = await appAfterImport()
  for (const { id, key, isActive } of samples) {
    if (key === null) continue
    const response = await app.request('/user/', { headers: { Authorization: `Token ${key}` } })
    expect(response.status).toBe(isActive ? 200 : 401)
    if (isActive) expect(await response.json()).toMatchObject({ pk: id })
  }
})

describe("tokens under Django's key", () => {
  test('are good while it is a fallback, and name their user', async () => {
    const app = await appAfterImport({ USE_JWT: 'true' })
    for (const { id, access, isActive } of samples) {
      const response = await app.request('/user/', bearer(access))
      expect(response.status).toBe(isActive ? 200 : 401)
      if (isActive) expect(await response.json()).toMatchObject({ pk: id })
    }
  })

  test('are refused without it', async () => {
    const app = await appAfterImport({ USE_JWT: 'true', SECRET_KEY_FALLBACKS: '' })
    const response = await app.request('/user/', bearer(samples[0]?.access ?? ''))
    expect(response.status).toBe(401)
  })

  test('refresh, unless Django blacklisted them', async () => {
    const app = await appAfterImport({ USE_JWT: 'true' })
    const holders = samples.filter(({ refresh, isActive }) => refresh.length > 0 && isActive)
    for (const { refresh } of holders) {
      const statuses = []
      for (const token of refresh) {
        statuses.push((await app.post('/token/refresh/', { refresh: token })).status)
      }
      expect(statuses).toEqual([200, 401, 401])
    }
    expect(holders.length).toBeGreaterThan(3)
  })
})

test('a reset link that Django sent before the move sets a password here', async () => {
  // A link is signed with the hash: it ends where that is wrapped.
  const app = await appAfterImport({}, '--weak-hashes', 'keep')
  const links = await djangoJson(
    file,
    `import json
from allauth.account.forms import default_token_generator as allauth
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator as django
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
one, two = User.objects.get(id=1), User.objects.get(id=2)
print(json.dumps([
    ["${encodeUid(1)}", allauth.make_token(one)],
    [urlsafe_base64_encode(force_bytes(2)), django.make_token(two)],
]))`,
  )
  if (!Array.isArray(links)) throw new Error('Django sent no links.')
  for (const [uid, token] of links) {
    const body = {
      uid,
      token,
      new_password1: 'brand-new-pass-1',
      new_password2: 'brand-new-pass-1',
    }
    const response = await app.post('/password/reset/confirm/', body)
    expect([response.status, await response.json()]).toEqual([
      200,
      { detail: 'Password has been reset with the new password.' },
    ])
    expect((await app.post('/password/reset/confirm/', body)).status).toBe(400)
  }
  const login = { username: samples[1]?.username, password: 'brand-new-pass-1' }
  expect((await app.post('/login/', login)).status).toBe(200)
}, 30_000)
