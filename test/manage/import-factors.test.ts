import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { recoveryCodeHashes } from '../../src/core/second-factor/recovery-codes.ts'
import { openTotpSecret } from '../../src/core/second-factor/stored-factor.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { credentialId, publicKeyOf } from '../conformance/authenticator.ts'
import { manage } from './console.ts'
import {
  countsOf,
  directory,
  env,
  fixture,
  rows,
  run,
  save,
  sqld,
  useImportDatabase,
  user,
} from './importing.ts'

useImportDatabase()

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const TIMES = { created_at: '2024-01-02T03:04:05Z', last_used_at: '2024-02-03T04:05:06Z' }

function factor(model: string, pk: number, fields: object): object {
  return { model, pk, fields: { user: 7, ...TIMES, ...fields } }
}

/** What the one stored secret says. */
async function storedSecret(): Promise<string | undefined> {
  const [device] = await rows('select id, sealed_secret from totp_devices')
  const deps = {
    db: openDatabase({ url: sqld.url, authToken: undefined, timeoutMs: 5000, fetch }),
    settings: parseSettings({ ...env }),
    randomBytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
    deferWrites: () => undefined,
    log: () => undefined,
  }
  const sealed = { id: Number(device?.['id']), sealedSecret: String(device?.['sealed_secret']) }
  return openTotpSecret(deps, sealed)
}

/** Positions of these codes among the stored ones, and whether they are used. */
async function found(codes: readonly string[]): Promise<readonly unknown[]> {
  const [device] = await rows('select recovery_salt from totp_devices')
  const stored = await rows('select code_hash, position, used_at from recovery_codes')
  const settings = parseSettings({ ...env })
  return Promise.all(
    codes.map(async (code) => {
      const hashes = await recoveryCodeHashes(settings, String(device?.['recovery_salt']), code)
      const row = stored.find((one) => hashes.includes(String(one['code_hash'])))
      return [row?.['position'], row?.['used_at'] !== null]
    }),
  )
}

test("dj-rest-auth's codes: the secret is sealed, recovery codes hashed, used ones stay used", async () => {
  const model = 'dj_rest_auth_mfa.authenticator'
  const path = save(
    'rest-auth.json',
    fixture(
      user(7, {}),
      factor(model, 1, { type: 'totp', data: { secret: SECRET } }),
      factor(model, 2, { type: 'recovery_codes', data: { seed: '0f'.repeat(32), used_mask: 2 } }),
    ),
  )
  const ran = await run(path, '--json')
  expect(ran.code).toBe(0)
  expect(await storedSecret()).toBe(SECRET)
  expect(await found(['b652-6920', '7885-01d8', '242f-1c93'])).toEqual([
    [0, false],
    [1, true],
    [2, false],
  ])
  const again = countsOf(await run(path, '--json'))
  expect(again['dj_rest_auth_mfa_authenticator']).toMatchObject({ inserted: 0, unchanged: 1 })
  expect(again['dj_rest_auth_mfa_authenticator, codes']).toMatchObject({
    inserted: 0,
    unchanged: 10,
  })
})

test('a second import adds no code that no login looks for', async () => {
  const model = 'dj_rest_auth_mfa.authenticator'
  const codes = { type: 'recovery_codes', data: { seed: '0f'.repeat(32), used_mask: 0 } }
  const totp = { type: 'totp', data: { secret: SECRET } }
  const path = save(
    'again.json',
    fixture(user(7, {}), factor(model, 1, totp), factor(model, 2, codes)),
  )
  await run(path)
  // The owner makes new ones here.
  await sqld.client.batch([
    'delete from recovery_codes',
    "update totp_devices set recovery_salt = '1000$own'",
    "insert into recovery_codes (user_id, code_hash, position) values (7, 'own', 0)",
  ])
  const again = countsOf(await run(path, '--json'))
  expect(await rows('select code_hash from recovery_codes')).toEqual([{ code_hash: 'own' }])
  expect(again['dj_rest_auth_mfa_authenticator, codes']).toMatchObject({
    inserted: 0,
    unneeded: 11,
  })
})

test("--update takes Django's app, and its codes instead of those of the one before", async () => {
  const model = 'dj_rest_auth_mfa.authenticator'
  const codes = { type: 'recovery_codes', data: { seed: '0f'.repeat(32), used_mask: 0 } }
  const totp = { type: 'totp', data: { secret: SECRET } }
  const path = save(
    'update.json',
    fixture(user(7, {}), factor(model, 1, totp), factor(model, 2, codes)),
  )
  await run(path)
  const sealed = "update totp_devices set recovery_salt = '1000$own', created_at = 1"
  await sqld.client.batch([
    'delete from recovery_codes',
    sealed,
    "insert into recovery_codes (user_id, code_hash, position) values (7, 'own', 0)",
  ])
  await run(path, '--update')
  expect(await found(['b652-6920', '7885-01d8'])).toEqual([
    [0, false],
    [1, false],
  ])
  expect(await rows('select count(*) as n from recovery_codes')).toEqual([{ n: 10 }])
})

test('codes of somebody without an authenticator app are not brought', async () => {
  const codes = { type: 'recovery_codes', data: { seed: '0f'.repeat(32), used_mask: 0 } }
  const path = save(
    'codes-alone.json',
    fixture(user(7, {}), factor('dj_rest_auth_mfa.authenticator', 2, codes)),
  )
  await run(path)
  expect(await rows('select * from recovery_codes')).toEqual([])
})

test("allauth's codes, of eight digits; passkeys that cannot be read are told", async () => {
  const path = save(
    'allauth.json',
    fixture(
      user(7, {}),
      factor('mfa.authenticator', 1, { type: 'totp', data: { secret: SECRET } }),
      factor('mfa.authenticator', 2, {
        type: 'recovery_codes',
        data: { seed: 'a1'.repeat(40), used_mask: 1 },
      }),
      factor('mfa.authenticator', 3, { type: 'webauthn', data: { name: 'Phone' } }),
    ),
  )
  const ran = await run(path, '--json')
  expect(await storedSecret()).toBe(SECRET)
  expect(await found(['3774-0137', '6399-1594', '2443-4101'])).toEqual([
    [0, true],
    [1, false],
    [2, false],
  ])
  expect(ran.jsonLines()).toContainEqual({
    kind: 'refused',
    table: 'mfa_authenticator',
    key: '3',
    reason: 'is a passkey that cannot be read: its owner registers it anew',
  })
})

test('secrets that an adapter encrypts, and codes of another form, are told', async () => {
  const path = save(
    'encrypted.json',
    fixture(
      user(7, {}),
      factor('mfa.authenticator', 1, { type: 'totp', data: { secret: 'gAAAAABl+encrypted==' } }),
      factor('mfa.authenticator', 2, {
        type: 'recovery_codes',
        data: { migrated_codes: ['ABCDE-FGHIJ'], used_mask: 0 },
      }),
      factor('mfa.authenticator', 4, { type: 'recovery_codes', data: { seed: 'gAAAA' } }),
    ),
  )
  const ran = await run(path, '--json')
  const reasons = ran
    .jsonLines()
    .flatMap(({ kind, reason }) => (kind === 'refused' ? [reason] : []))
  expect(reasons).toEqual([
    "its secret is no base32: where the adapter's encrypt() hides it, decrypt it first",
    'holds recovery codes that are not of eight digits',
    "its seed cannot be read: where the adapter's encrypt() hides it, decrypt it first",
  ])
  expect(await rows('select * from totp_devices')).toEqual([])
})

test("dj-rest-auth's passkeys keep key, counter and handle", async () => {
  const path = save(
    'passkeys.json',
    fixture(
      user(7, {}),
      factor('passkeys.webauthncredential', 5, {
        name: 'Laptop',
        credential_id: credentialId('laptop').toString('base64'),
        public_key: publicKeyOf('laptop').toString('base64'),
        sign_count: 42,
        transports: ['internal', 'nonsense'],
        discoverable: false,
      }),
      factor('passkeys.webauthncredential', 6, {
        name: 'Broken',
        credential_id: 'AAAA',
        public_key: 'AAAA',
      }),
    ),
  )
  const ran = await run(path, '--json')
  const [row] = await rows('select * from passkeys')
  expect(row).toMatchObject({
    id: 5,
    user_id: 7,
    credential_id: credentialId('laptop').toString('base64url'),
    public_key: publicKeyOf('laptop').toString('base64url'),
    algorithm: -7,
    sign_count: 42,
    user_handle: Buffer.from('7').toString('base64url'),
    transports: '["internal"]',
    is_discoverable: 0,
    name: 'Laptop',
  })
  expect(ran.jsonLines()).toContainEqual({
    kind: 'refused',
    table: 'passkeys_webauthncredential',
    key: '6',
    reason: 'has a public key that is verified nowhere',
  })
})

test('bytes of a database come as they are, NUL among them', async () => {
  const database = new DatabaseSync(join(directory, 'passkeys.sqlite3'))
  database.exec(`create table auth_user (id integer primary key, username text, email text, password text,
    first_name text, last_name text, is_active, is_staff, is_superuser, date_joined, last_login);
    insert into auth_user values (7, 'alice', '', '!', '', '', 1, 0, 0, '2024-01-01 00:00:00', null);
    create table passkeys_webauthncredential (id integer primary key, user_id integer, name text,
      credential_id blob, public_key blob, sign_count integer, transports text, discoverable,
      created_at, last_used_at)`)
  database
    .prepare(
      "insert into passkeys_webauthncredential values (1, 7, 'Key', ?, ?, 0, '[]', 1, '2024-01-01 00:00:00', null)",
    )
    .run(Uint8Array.of(0, 1, 0, 255), Uint8Array.from(publicKeyOf('laptop')))
  database.close()
  await run('passkeys.sqlite3')
  expect(await rows('select credential_id, public_key from passkeys')).toEqual([
    { credential_id: 'AAEA_w', public_key: publicKeyOf('laptop').toString('base64url') },
  ])
})

test('the way back says whose second factor stays here', async () => {
  const path = save(
    'with-factor.json',
    fixture(
      user(7, {}),
      factor('dj_rest_auth_mfa.authenticator', 1, { type: 'totp', data: { secret: SECRET } }),
    ),
  )
  await run(path, '--json')
  const back = await manage({ env, directory }, 'export-django', 'back.json')
  expect(back.code).toBe(0)
  expect(back.said).toContain('The second factors and passkeys of 1 user are left out')
})
