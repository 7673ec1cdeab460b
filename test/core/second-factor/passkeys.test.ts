/** Passkeys of an account, asked of the core: what each operation answers, writes, notes and mails. */
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { readAssertion } from '../../../src/core/second-factor/passkey-assertion.ts'
import {
  newLoginChallenge,
  newRegistrationChallenge,
} from '../../../src/core/second-factor/passkey-challenge.ts'
import { plainUserHandle } from '../../../src/core/second-factor/passkey-options.ts'
import {
  beginLogin,
  beginRegistration,
  changePasskeyName,
  completeRegistration,
  dropPasskey,
  removePasskey,
} from '../../../src/core/second-factor/passkeys.ts'
import { parseOwnPasskeys } from '../../../src/core/second-factor/passkeys.sql.ts'
import { resetFactors } from '../../../src/core/second-factor/reset.ts'
import type { FactorCaller } from '../../../src/core/second-factor/totp-activation.ts'
import { relyingParty } from '../../../src/core/second-factor/webauthn/relying-party.ts'
import { derivedPublicId } from '../../../src/core/tokens/public-id.ts'
import { proofOf } from '../../../src/core/tokens/proof.sql.ts'
import { passkeys } from '../../../src/db/schema/passkeys.ts'
import { recoveryCodes, totpDevices } from '../../../src/db/schema/second-factor.ts'
import { auditEvents } from '../../../src/db/schema/audit.ts'
import { emailAddresses } from '../../../src/db/schema/addresses.ts'
import { emailOutbox } from '../../../src/db/schema/mail.ts'
import { users } from '../../../src/db/schema/users.ts'
import type { Deps } from '../../../src/deps.ts'
import { credentialId, makeCredential } from '../../conformance/authenticator.ts'
import type { JsonObject } from '../../conformance/json.ts'
import { aUser, createTestApp, type TestApp } from '../../support/app.ts'
import { assertionOf, FACTORS, seedFactor, seedKey } from '../../support/second-factor.ts'

let app: TestApp
let deps: Deps
let caller: FactorCaller

/** Alice, who has a password and an address. */
async function open(env: Readonly<Record<string, unknown>> = {}): Promise<void> {
  app = await createTestApp({
    users: [aUser(), aUser({ username: 'bob' })],
    env: { ...FACTORS, ...env },
  })
  deps = app.deps()
  const row = (await deps.db.select().from(users)).find(({ username }) => username === 'alice')
  if (row === undefined) throw new Error('nobody')
  const user = { ...row, passwordHash: row.password }
  const factor = { device: undefined, isUnverified: false }
  caller = { user, proof: proofOf('caller', user), factor }
}

beforeEach(() => open())

function party() {
  const found = relyingParty(deps.settings, undefined)
  if (found === undefined) throw new Error('no relying party')
  return found
}

/** What was noted and mailed, once everything deferred is done. */
async function traces() {
  await app.settle()
  const events = await deps.db.select({ kind: auditEvents.kind }).from(auditEvents)
  return {
    noted: events.map(({ kind }) => kind),
    mailed: app.mailbox.map(({ subject }) => subject),
  }
}

const kept = () => deps.db.select().from(passkeys)

describe('registering', () => {
  async function register(
    step: JsonObject = {},
    { name = 'Laptop', challenge }: { readonly name?: string; readonly challenge?: string } = {},
  ) {
    const own = challenge ?? (await newRegistrationChallenge(deps, caller.user.id))
    const credential = makeCredential({ action: 'create', key: 'laptop', challenge: own, ...step })
    return completeRegistration(deps, caller, { party: party(), credential, name })
  }

  test('keeps the passkey, notes it and tells the owner', async () => {
    expect(await register()).toMatchObject({
      kind: 'registered',
      passkey: { name: 'Laptop', transports: ['internal'], isDiscoverable: true },
    })
    expect(await kept()).toHaveLength(1)
    expect(await traces()).toEqual({
      noted: ['passkey_added'],
      mailed: [expect.stringContaining('asskey') as unknown],
    })
  })

  test.each([true, false])('what the browser says of discoverability is kept: %j', async (rk) => {
    const patch = { clientExtensionResults: { credProps: { rk } } }
    expect(await register({ patch })).toMatchObject({ passkey: { isDiscoverable: rk } })
  })

  test.each<[string, readonly object[]]>([
    ['', [{ field: 'name', code: 'blank' }]],
    ['x'.repeat(256), [{ field: 'name', code: 'too_long', params: { max: 255 } }]],
    ['x\0', [{ field: 'name', code: 'null_character' }]],
  ])('under the name %j is refused', async (name, faults) => {
    expect(await register({}, { name })).toMatchObject({ kind: 'invalid', faults })
    expect(
      await changePasskeyName(deps, caller, { passkeyId: await seedKey(app, 'other'), name }),
    ).toMatchObject({ kind: 'invalid', faults })
    expect(await kept()).toMatchObject([{ name: 'Passkey' }])
  })

  test('of what is no credential, or signs no challenge, is refused', async () => {
    const given = (credential: unknown) =>
      completeRegistration(deps, caller, { party: party(), credential, name: 'Laptop' })
    const failed = { kind: 'verification_failed' }
    for (const credential of [null, {}, 'x']) expect(await given(credential)).toEqual(failed)
    expect(await register({ client_data: { challenge: null } })).toEqual(failed)
    expect(await register({ patch: { response: { clientDataJSON: null } } })).toEqual(failed)
    expect(await register({ rp_id: 'evil.example' })).toEqual(failed)
  })

  test('with a challenge of nobody, of somebody else, or used before, is over', async () => {
    const over = { kind: 'challenge_expired' }
    expect(await register({}, { challenge: 'AAAA' })).toEqual(over)
    expect(await register({}, { challenge: await newRegistrationChallenge(deps, 2) })).toEqual(over)
    const challenge = await newRegistrationChallenge(deps, 1)
    expect(await register({}, { challenge })).toMatchObject({ kind: 'registered' })
    expect(await register({ key: 'phone' }, { challenge })).toEqual(over)
    expect(await kept()).toHaveLength(1)
  })

  test('a key that is there is not taken again, whoever has it', async () => {
    await seedKey(app, 'laptop', { username: 'bob' })
    expect(await register()).toEqual({ kind: 'already_registered' })
    expect(await kept()).toHaveLength(1)
    expect(await traces()).toEqual({ noted: [], mailed: [] })
  })

  test('for credentials that have ended, keeps nothing', async () => {
    await deps.db.update(users).set({ password: 'another' })
    expect(await register()).toEqual({ kind: 'stale_proof' })
    expect(await kept()).toEqual([])
  })

  test.each([
    ['false', 'stale_proof'],
    ['true', 'registered'],
  ])('without a verified address, where that is allowed: %s', async (allowed, kind) => {
    await open({ MFA_ALLOW_UNVERIFIED_EMAIL: allowed })
    await deps.db.update(emailAddresses).set({ isVerified: false })
    expect((await register()).kind).toBe(kind)
  })

  test('a user keeps one handle, but for the number that dj-rest-auth gave', async () => {
    const begin = (handles: readonly string[]) =>
      beginRegistration(deps, party(), {
        user: caller.user,
        own: handles.map((userHandle) => ({ credentialId: 'AAAA', transports: [], userHandle })),
      })
    const handleOf = async (handles: readonly string[]) =>
      ((await begin(handles))['user'] as { readonly id: string }).id
    const fresh = await handleOf([])
    expect(fresh).toMatch(/^[\w-]{22}$/)
    expect(await handleOf([plainUserHandle(1)])).toBe(fresh)
    expect(await handleOf([plainUserHandle(1), 'own', 'other'])).toBe('own')
  })
})

describe('logging in begins', () => {
  type Options = {
    readonly allowCredentials: readonly { readonly id: string }[]
    readonly challenge: string
    readonly session_id: string
  }
  const begin = async (username: string, email: string) =>
    (await beginLogin(deps, party(), { username, email })) as Options

  const proves = async ({ challenge, session_id: sessionId }: Options, key = 'laptop') =>
    (await readAssertion(deps, party(), { credential: assertionOf(key, challenge), sessionId }))
      .kind

  test('with nobody named, for whoever has a passkey', async () => {
    await seedKey(app, 'laptop')
    const options = await begin('', '')
    expect(options.allowCredentials).toEqual([])
    expect(await proves(options)).toBe('proved')
  })

  test.each([
    ['ALICE', ''],
    ['alice', 'bob@example.com'],
    ['', 'Alice@EXAMPLE.com'],
  ])(
    'for whom %j and %j name, however they are spelled, among imaginary keys',
    async (username, email) => {
      await seedKey(app, 'laptop')
      await seedKey(app, 'phone', { username: 'bob' })
      const options = await begin(username, email)
      const ids = options.allowCredentials.map(({ id }) => id)
      expect(ids).toHaveLength(8)
      expect(ids).toContain(credentialId('laptop').toString('base64url'))
      expect(ids).not.toContain(credentialId('phone').toString('base64url'))
      expect(await proves(options)).toBe('proved')
      expect(await proves(options, 'phone')).toBe('verification_failed')
    },
  )

  test.each([
    ['bob', ''],
    ['', 'alice'],
    ['alice@example.com', ''],
  ])('whom %j and %j do not name, or who has none, for nobody', async (username, email) => {
    await seedKey(app, 'laptop')
    const options = await begin(username, email)
    expect(options.allowCredentials).toHaveLength(8)
    expect(await proves(options)).toBe('verification_failed')
  })

  test('with names folded as names, and addresses as addresses', async () => {
    await seedKey(app, 'laptop')
    await deps.db
      .update(users)
      .set({ usernameFolded: 'strasse', emailFolded: 'straße@x.example' })
      .where(sql`id = 1`)
    for (const named of ['Straße', 'STRASSE']) {
      expect(await proves(await begin(named, ''))).toBe('proved')
    }
    expect(await proves(await begin('', 'straße@X.example'))).toBe('proved')
    expect(await proves(await begin('', 'strasse@x.example'))).toBe('verification_failed')
  })

  test('as dj-rest-auth does: by the letter, and of nobody it tells that it is nobody', async () => {
    await open({ PASSKEY_HIDES_ACCOUNTS: 'false', DJANGO_COMPATIBILITY: 'exact' })
    await seedKey(app, 'laptop')
    const options = await begin('alice', '')
    expect(options.allowCredentials).toMatchObject([
      { id: credentialId('laptop').toString('base64url') },
    ])
    expect(await proves(options)).toBe('proved')
    for (const username of ['ALICE', 'bob']) {
      const nobody = await begin(username, '')
      expect(nobody.allowCredentials).toEqual([])
      expect(await proves(nobody)).toBe('proved')
    }
  })
})

describe('an assertion', () => {
  async function read(change: (credential: JsonObject) => unknown, more: JsonObject = {}) {
    const { sessionId, challenge } = await newLoginChallenge(deps, 'anybody')
    const credential = assertionOf('laptop', challenge, more) as JsonObject
    return readAssertion(deps, party(), { credential: change(credential), sessionId })
  }

  beforeEach(() => seedKey(app, 'laptop'))

  test('proves, and tells of whom, and what spends it', async () => {
    expect(await read((one) => one)).toMatchObject({
      kind: 'proved',
      account: { id: 1, username: 'alice' },
      assertion: { isUserVerified: true },
      claim: { id: expect.stringMatching(/^passkey-login:/) as unknown },
    })
  })

  test.each<[string, (one: JsonObject) => unknown, string]>([
    ['no object', () => 'x', 'not_a_credential'],
    ['null', () => null, 'not_a_credential'],
    ['a list', (one) => [one], 'not_a_credential'],
    ['nothing', () => ({}), 'unknown_credential'],
    ['a name that is no text', (one) => ({ ...one, rawId: 7 }), 'unknown_credential'],
    ['another name', (one) => ({ ...one, rawId: 'AAAA' }), 'unknown_credential'],
    ['a name that is no base64', (one) => ({ ...one, rawId: '!' }), 'unknown_credential'],
    [
      'a name in the envelope alone',
      (one) => ({ ...one, rawId: undefined }),
      'verification_failed',
    ],
    ['no name', (one) => ({ ...one, id: undefined, rawId: undefined }), 'unknown_credential'],
    ['another name beside it', (one) => ({ ...one, id: 'AAAA' }), 'verification_failed'],
  ])('of %s proves nothing', async (_, change, kind) => {
    expect(await read(change)).toEqual({ kind })
  })

  test('is over with its session', async () => {
    const given = { credential: {}, sessionId: 'x' }
    expect(await readAssertion(deps, party(), given)).toEqual({ kind: 'challenge_expired' })
  })

  test('may carry a handle of Django’s packages: of the number, or of the UUID', async () => {
    const publicId = await derivedPublicId(deps.settings, 1)
    // Beside its own.
    await deps.db.update(passkeys).set({ userHandle: 'own' })
    const b64 = (text: string) => Buffer.from(text).toString('base64url')
    const kindOf = async (handle: string) =>
      (await read((one) => one, { user_handle: b64(handle) })).kind
    const handles = ['1', publicId, publicId.replaceAll('-', ''), '2']
    const failed = 'verification_failed'
    const kinds = async () => Promise.all(handles.map(kindOf))
    expect(await kinds()).toEqual(['proved', failed, failed, failed])
    await open({ USER_PK: 'uuid' })
    await seedKey(app, 'laptop')
    expect(await kinds()).toEqual(['proved', 'proved', 'proved', failed])
  })
})

describe('an own passkey', () => {
  test('is renamed by its owner alone', async () => {
    const own = await seedKey(app, 'laptop')
    const theirs = await seedKey(app, 'phone', { username: 'bob' })
    const rename = (passkeyId: number) =>
      changePasskeyName(deps, caller, { passkeyId, name: 'New' })
    expect(await rename(own)).toMatchObject({ kind: 'renamed', passkey: { id: own, name: 'New' } })
    expect(await rename(theirs)).toEqual({ kind: 'unknown' })
    expect((await kept()).map(({ name }) => name)).toEqual(['New', 'Passkey'])
  })

  const removed = { noted: ['passkey_removed'], mailed: [expect.stringContaining('asskey')] }

  test('is removed by its owner alone, noted, and the owner told', async () => {
    const own = await seedKey(app, 'laptop')
    const theirs = await seedKey(app, 'phone', { username: 'bob' })
    expect(await removePasskey(deps, caller, theirs)).toBe('unknown')
    expect(await dropPasskey(deps, caller.proof, theirs)).toBe(false)
    expect(await traces()).toEqual({ noted: [], mailed: [] })
    expect(await removePasskey(deps, caller, own)).toBe('removed')
    expect(await removePasskey(deps, caller, own)).toBe('unknown')
    expect(await traces()).toEqual(removed)
    expect(await kept()).toHaveLength(1)
  })

  test('is dropped by whoever the proof names, and told of as well', async () => {
    const own = await seedKey(app, 'laptop')
    expect(await dropPasskey(deps, caller.proof, own)).toBe(true)
    expect(await traces()).toEqual(removed)
  })

  test('stays where it is the last way in', async () => {
    const own = await seedKey(app, 'laptop')
    await deps.db.update(users).set({ password: '!' })
    await deps.db.delete(emailAddresses)
    const proof = { ...caller.proof, passwordHash: undefined }
    expect(await removePasskey(deps, { ...caller, proof }, own)).toBe('last_way_in')
    expect(await dropPasskey(deps, proof, own)).toBe(false)
    expect(await kept()).toHaveLength(1)
    expect(await traces()).toEqual({ noted: [], mailed: [] })
  })

  test('tells when it was used, and whether it is found without a name', () => {
    const row = { id: 1, name: 'x', credentialId: 'AAAA', createdAt: 5, transports: [] }
    const rows = [
      { ...row, lastUsedAt: null, isDiscoverable: 0 },
      { ...row, lastUsedAt: 7, isDiscoverable: 1 },
    ]
    expect(parseOwnPasskeys(JSON.stringify(rows))).toEqual([
      { ...row, createdAt: new Date(5), lastUsedAt: null, isDiscoverable: false },
      { ...row, createdAt: new Date(5), lastUsedAt: new Date(7), isDiscoverable: true },
    ])
  })
})

describe('an operator takes every factor away', () => {
  const left = async () => [
    await deps.db.$count(totpDevices),
    await deps.db.$count(recoveryCodes),
    await deps.db.$count(passkeys),
  ]

  test.each<[string, () => Promise<unknown>, number]>([
    ['an app', () => seedFactor(app), 1],
    ['a passkey', () => seedKey(app, 'laptop'), 1],
    ['both', async () => [await seedFactor(app), await seedKey(app, 'laptop')], 2],
  ])('from somebody with %s, who is told of each, and from nobody else', async (_, seed, mails) => {
    await seed()
    await seedKey(app, 'phone', { username: 'bob' })
    await seedFactor(app, 'bob')
    expect(await resetFactors(deps, caller.user)).toBe('changed')
    const { noted, mailed } = await traces()
    expect(noted).toEqual(['factors_reset'])
    expect(mailed).toHaveLength(mails)
    expect(await left()).toEqual([1, 2, 1])
  })

  test('from somebody without, nothing is taken, noted or told', async () => {
    await seedFactor(app, 'bob')
    expect(await resetFactors(deps, caller.user)).toBe('unchanged')
    expect(await traces()).toEqual({ noted: [], mailed: [] })
    expect(await left()).toEqual([1, 2, 0])
  })

  test('also from an account without an address, which is told nothing', async () => {
    await seedKey(app, 'laptop')
    expect(await resetFactors(deps, { ...caller.user, email: '' })).toBe('changed')
    await app.settle()
    expect(app.mailbox).toEqual([])
    expect(await deps.db.$count(emailOutbox)).toBe(0)
  })
})
