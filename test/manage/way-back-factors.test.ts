import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { credentialId, publicKeyOf } from '../conformance/authenticator.ts'
import { seedPasskey, seedTotp } from '../support/seed.ts'
import { startSqld, type Sqld } from '../support/sqld.ts'
import { manage, type Ran } from './console.ts'
import { djangoWith } from './django.ts'

// Second factors on their way back into a Django with the tables of allauth and of dj-rest-auth.

// Each test starts Django several times.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const CODES = ['0123-4567', '89ab-cdef']

let sqld: Sqld
let directory: string
let database = 0

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'way-back-factors-'))
  sqld = await startSqld()
  await project('migrate', '--run-syncdb', '-v0')
  await python(PEOPLE)
  await project('dumpdata', 'accounts.user', '--output', join(directory, 'people.json'))
}, 120_000)

afterAll(async () => {
  await sqld.stop()
  rmSync(directory, { recursive: true })
})

beforeEach(async () => {
  await sqld.resetDatabase()
  database += 1
  copyFileSync(join(directory, '0.sqlite3'), file())
  await run('import-django', 'people.json', '--user-table', 'accounts_user')
})

function file(): string {
  return join(directory, `${database}.sqlite3`)
}

function project(...args: readonly string[]): Promise<string> {
  return djangoWith({ DJANGO_DATABASE: file(), DJANGO_SETTINGS_MODULE: 'custom_settings' }, ...args)
}

async function python(code: string): Promise<unknown> {
  return JSON.parse((await project('shell', '-c', `${MODELS}\n${code}`)) || 'null')
}

const MODELS = `import base64, json
from accounts.models import User
from mfa.models import Authenticator as Allauth
from dj_rest_auth_mfa.models import Authenticator
from passkeys.models import WebAuthnCredential`

const PEOPLE = `
for number, name in enumerate(["ada", "bob"], 1):
    user = User.objects.create_user(name, f"{name}@example.com", "pass", plan=number)
    # From before the move: a code that was used since must not work again.
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "0f" * 32, "used_mask": 0})`

const env = (): Record<string, string> => ({
  TURSO_DATABASE_URL: sqld.url,
  SECRET_KEY: 'k'.repeat(40),
  PASSWORD_PBKDF2_ITERATIONS: '1000',
  PASSKEY_RP_ID: 'app.example',
})

function run(...args: readonly string[]): Promise<Ran> {
  return manage({ env: env(), directory }, ...args)
}

/** What the edge has of ada: an app with two codes, and a passkey. */
async function seed(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const deps = {
    db: openDatabase({ url: sqld.url, authToken: undefined, timeoutMs: 5000, fetch }),
    settings: parseSettings({ ...env(), ...settings }),
    now: new Date(Date.UTC(2026, 1, 3)),
    randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
    elapsedMs: () => 0,
  }
  await seedTotp(deps, { userId: 1, secret: SECRET, codes: CODES })
  await seedPasskey(deps, {
    userId: 1,
    credentialId: credentialId('laptop').toString('base64url'),
    publicKey: publicKeyOf('laptop').toString('base64url'),
    name: 'Laptop',
    signCount: 7,
    transports: ['internal'],
  })
}

async function back(app: string): Promise<Ran> {
  const ran = await run('export-django', 'back.json', '--second-factors', app)
  await project('load_rest_auth_edge', join(directory, 'back.json'))
  return ran
}

test("dj-rest-auth's tables: secret and passkey go along, recovery codes are told", async () => {
  await seed()
  const ran = await back('dj-rest-auth')
  expect(ran.code).toBe(0)
  expect(ran.said).toContain('The recovery codes of 1 user are left out')
  const state = `
print(json.dumps([
    list(Authenticator.objects.order_by("id").values_list("user_id", "type", "data")),
    [[key.user_id, key.name, bytes(key.credential_id).hex(), bytes(key.public_key).hex(), key.sign_count,
      key.transports, key.discoverable] for key in WebAuthnCredential.objects.all()]]))`
  // Old codes of both are gone: bob has no second factor here.
  const expected = [
    [[1, 'totp', { secret: SECRET }]],
    [
      [
        1,
        'Laptop',
        credentialId('laptop').toString('hex'),
        publicKeyOf('laptop').toString('hex'),
        7,
        ['internal'],
        true,
      ],
    ],
  ]
  expect(await python(state)).toEqual(expected)
  await back('dj-rest-auth')
  expect(await python(state)).toEqual(expected)
})

test("allauth's table: codes that can be shown go along, and passkeys come back as they went", async () => {
  await seed({ MFA_RECOVERY_CODES_SHOW_ONCE: 'false' })
  await sqld.client.batch([
    'update recovery_codes set used_at = 1 where position = 0',
    "update passkeys set user_handle = 'cmFuZG9t'",
  ])
  const ran = await back('allauth')
  expect(ran.code).toBe(0)
  expect(ran.said).toContain('Passkeys of 1 user are a second factor in allauth')
  const rows = (await python(
    'print(json.dumps(list(Allauth.objects.order_by("id").values_list("user_id", "type", "data"))))',
  )) as readonly (readonly [number, string, unknown])[]
  expect(rows.map(([user, type]) => [user, type])).toEqual([
    [1, 'totp'],
    [1, 'recovery_codes'],
    [1, 'webauthn'],
  ])
  expect(rows[0]?.[2]).toEqual({ secret: SECRET })
  expect(rows[1]?.[2]).toEqual({ migrated_codes: [CODES[1]], used_mask: 0 })
  // Back again into an empty database: allauth's own form is read.
  await project('dumpdata', 'accounts.user', 'mfa', '--output', join(directory, 'again.json'))
  await sqld.resetDatabase()
  await run('import-django', 'again.json', '--user-table', 'accounts_user')
  const { rows: found } = await sqld.client.execute('select * from passkeys')
  expect(found[0]).toMatchObject({
    user_id: 1,
    credential_id: credentialId('laptop').toString('base64url'),
    public_key: publicKeyOf('laptop').toString('base64url'),
    algorithm: -7,
    sign_count: 7,
    user_handle: Buffer.from('1').toString('base64url'),
    transports: '["internal"]',
    name: 'Laptop',
  })
  const codes = await sqld.client.execute('select position, used_at from recovery_codes')
  expect(codes.rows.map(({ position, used_at }) => [position, used_at])).toEqual([[0, null]])
})

test('hashed codes stay here, and a secret that nothing opens is told', async () => {
  await seed()
  const hashed = await run('export-django', 'back.json', '--second-factors', 'allauth')
  expect(hashed.said).toContain('The recovery codes of 1 user are left out')
  const other = { ...env(), SECRET_KEY: 'z'.repeat(40) }
  const sealed = await manage(
    { env: other, directory },
    'export-django',
    'back.json',
    '--second-factors',
    'allauth',
  )
  expect(sealed.code).not.toBe(0)
  expect(sealed.said).toContain('The authenticator apps of 1 user are left out')
})

test('without the option nothing of it is in the file, and who is less guarded is told', async () => {
  await seed()
  const ran = await run('export-django', 'back.json')
  expect(ran.said).toContain('The second factors and passkeys of 1 user are left out')
  await project('load_rest_auth_edge', join(directory, 'back.json'))
  expect(await python('print(json.dumps(Authenticator.objects.count()))')).toBe(2)
  expect((await run('export-django', 'x.json', '--second-factors', 'pigeons')).code).not.toBe(0)
})
