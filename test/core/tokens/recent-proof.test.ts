import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import {
  perProofShape,
  proofHolds,
  proofOfCaller,
  proofOfJwt,
  proofOfToken,
  proofValues,
  provedUserId,
  type CallerCredential,
  type Proof,
} from '../../../src/core/tokens/proof.sql.ts'
import {
  expiryOf,
  keptUntil,
  proofForChange,
  proofOfRecentCaller,
  provedAtOf,
  reauthenticationFlows,
  recentlyProved,
  recentUntil,
  recordsOfProof,
  requireRecentProof,
  type StatedCaller,
} from '../../../src/core/tokens/recent-proof.ts'
import {
  credentialName,
  isProvedSince,
  parseProofState,
  type ProofState,
} from '../../../src/core/tokens/recent-proof.sql.ts'
import { db, of } from '../../support/guarded.ts'
import { settingsOf } from '../../support/settings.ts'

const NOW = new Date('2027-03-04T05:06:07Z')
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const settings = settingsOf({
  MFA_ENABLED: 'true',
  PASSKEYS_ENABLED: 'true',
  PASSKEY_RP_ID: 'app.example',
  PASSKEY_RP_NAME: 'Test',
  PASSKEY_RP_ORIGINS: 'https://app.example',
  ACCOUNT_LOGIN_BY_CODE_ENABLED: 'true',
})
const deps = { settings, now: NOW, db }
const USER = {
  id: 7,
  username: 'ada',
  email: 'ada@x.example',
  firstName: '',
  lastName: '',
  isActive: true,
  lastLoginAt: null,
  tokensRevokedAt: new Date(12),
  passwordHash: 'pbkdf2_sha256$1$a$b',
}
const STATE: ProofState = { provedAt: undefined, hasApp: false, hasPasskey: false, providers: [] }
const TOKEN = { kind: 'token', keyHash: 'k' } as const

function caller(more: Partial<StatedCaller> = {}): StatedCaller {
  return { user: USER, credential: TOKEN, proofState: STATE, ...more }
}

const provedAs = (recorded: Date | undefined, claimed?: Date) =>
  caller({
    proofState: { ...STATE, provedAt: recorded },
    credential: { kind: 'jwt', family: 'f', ...(claimed && { provedAt: claimed }) },
  })

/** A condition as Drizzle writes it, with what it binds. */
function sent(condition: ReturnType<typeof proofHolds>) {
  const query = db
    .select({ one: sql`1` })
    .from(sql`t`)
    .where(condition)
  const { sql: text, params } = query.toSQL()
  return { text: text.replaceAll(/\s+/g, ' ').slice(text.indexOf('where')), args: params }
}

describe('a proof', () => {
  test.each<[Date | undefined, Date | undefined, Date | undefined]>([
    [undefined, undefined, undefined],
    [ago(5), undefined, ago(5)],
    [undefined, ago(5), ago(5)],
    [ago(4), ago(5), ago(4)],
    [ago(5), ago(4), ago(4)],
  ])('that is recorded at %j and claimed at %j was given at %j', (recorded, claimed, at) => {
    expect(provedAtOf(provedAs(recorded, claimed))).toEqual(at)
  })

  test('of a token counts by what is recorded alone', () => {
    expect(provedAtOf(caller())).toBeUndefined()
    expect(provedAtOf({ user: USER, credential: TOKEN })).toBeUndefined()
  })

  test('is recent for less than five minutes', () => {
    const young = provedAs(ago(299_999))
    const old = provedAs(ago(300_000))
    expect(requireRecentProof(deps, young)).toBeUndefined()
    expect(recentUntil(deps, young)).toEqual(new Date(NOW.getTime() + 1))
    const asked = { kind: 'reauthentication_required', flows: reauthenticationFlows(deps, old) }
    for (const one of [old, provedAs(undefined)]) {
      expect(requireRecentProof(deps, one)).toEqual(asked)
      expect(recentUntil(deps, one)).toBeUndefined()
    }
    expect(expiryOf(deps)).toEqual(new Date(NOW.getTime() + 300_000))
  })

  test.each([
    [{ ADMIN_API: false, ADMIN_REAUTHENTICATION_TIMEOUT: 900 }, 300],
    [{ ADMIN_API: true, ADMIN_REAUTHENTICATION_TIMEOUT: 900 }, 900],
    [{ ADMIN_API: true, ADMIN_REAUTHENTICATION_TIMEOUT: 60 }, 300],
  ])('with %j is kept for %i seconds', (more, seconds) => {
    const kept = keptUntil({ now: NOW, settings: { ...settings, ...more } })
    expect(kept).toEqual(new Date(NOW.getTime() + seconds * 1000))
  })

  test('is recorded where anything asks for it, for each credential', () => {
    const proof = proofOfCaller(caller())
    const credentials: readonly CallerCredential[] = [TOKEN, { kind: 'jwt', family: undefined }]
    expect(recordsOfProof(deps, proof, credentials)).toHaveLength(1)
    expect(recordsOfProof(deps, proof, [])).toEqual([])
    expect(recordsOfProof({ ...deps, settings: settingsOf() }, proof, credentials)).toEqual([])
    const [statement] = recordsOfProof(deps, proof, credentials)
    const { args } = of(statement as unknown as Parameters<typeof of>[0])
    expect(args).toContain('["token:k",null]')
    expect(args).toContain('caller')
    expect(args).toContain(NOW.getTime())
    expect(args).toContain(NOW.getTime() + 300_000)
  })

  test.each<[CallerCredential, string | undefined]>([
    [TOKEN, 'token:k'],
    [{ kind: 'session', keyHash: 's' }, 'session:s'],
    [{ kind: 'jwt', family: 'f' }, 'jwt:f'],
    [{ kind: 'jwt', family: undefined }, undefined],
  ])('of %j is recorded as %j', (credential, name) => {
    expect(credentialName(credential)).toBe(name)
  })

  test('is read as the database writes it', () => {
    const row = { provedAt: null, hasApp: 0, hasPasskey: 1, providers: ['google'] }
    expect(parseProofState(JSON.stringify(row))).toEqual({
      provedAt: undefined,
      hasApp: false,
      hasPasskey: true,
      providers: ['google'],
    })
    expect(
      parseProofState(JSON.stringify({ ...row, provedAt: 5, hasApp: 1, hasPasskey: 0 })),
    ).toEqual({ provedAt: new Date(5), hasApp: true, hasPasskey: false, providers: ['google'] })
  })
})

describe('the ways of proving again', () => {
  const PASSWORD = { id: 'reauthenticate' }
  const CODE = { id: 'login_by_code' }
  const factor = (...types: readonly string[]) => ({ id: 'mfa_reauthenticate', types })
  const APP = ['totp', 'recovery_codes']

  test.each<
    [string, Partial<StatedCaller['user']>, Partial<ProofState>, object, readonly object[]]
  >([
    ['a password and an address', {}, {}, {}, [PASSWORD, CODE]],
    ['no address', { email: '' }, {}, {}, [PASSWORD]],
    ['no password', { passwordHash: '!x' }, {}, {}, [CODE]],
    ['no codes by mail', {}, {}, { ACCOUNT_LOGIN_BY_CODE_ENABLED: false }, [PASSWORD]],
    ['an app', {}, { hasApp: true }, {}, [factor(...APP)]],
    [
      'an app, where there are none',
      {},
      { hasApp: true },
      { MFA_ENABLED: false },
      [PASSWORD, CODE],
    ],
    ['a passkey', {}, { hasPasskey: true }, {}, [PASSWORD, CODE, factor('webauthn')]],
    [
      'a passkey, where there are none',
      {},
      { hasPasskey: true },
      { PASSKEYS_ENABLED: false },
      [PASSWORD, CODE],
    ],
    ['both', {}, { hasApp: true, hasPasskey: true }, {}, [factor(...APP, 'webauthn')]],
    ['a provider beside them', {}, { providers: ['google'] }, {}, [PASSWORD, CODE]],
    [
      'a provider alone',
      { passwordHash: '!x', email: '' },
      { providers: ['google'] },
      {},
      [{ id: 'provider_redirect', providers: ['google'] }],
    ],
    ['nothing', { passwordHash: '!x', email: '' }, {}, {}, []],
  ])('of an account with %s', (_, user, state, env, flows) => {
    const one = caller({ user: { ...USER, ...user }, proofState: { ...STATE, ...state } })
    expect(reauthenticationFlows({ now: NOW, settings: { ...settings, ...env } }, one)).toEqual(
      flows,
    )
  })

  test('are not known to a route that does not read them', () => {
    expect(() => reauthenticationFlows(deps, { user: USER, credential: TOKEN })).toThrow(
      'the route reads no state of proof',
    )
  })
})

describe('the condition of a proof', () => {
  const proof: Proof = {
    how: 'password',
    userId: 7,
    isActive: true,
    passwordHash: 'hash',
    tokensRevokedAt: new Date(12),
  }

  test.each<[string, Partial<Proof>, string, readonly unknown[]]>([
    [
      'whole',
      {},
      `where ("users"."id" = ? and "users"."is_active" = ? and "users"."password" = ? and "users"."tokens_revoked_at" is ?)`,
      [7, 1, 'hash', 12],
    ],
    [
      'never revoked',
      { tokensRevokedAt: null },
      `where ("users"."id" = ? and "users"."is_active" = ? and "users"."password" = ? and "users"."tokens_revoked_at" is ?)`,
      [7, 1, 'hash', null],
    ],
    [
      'of nothing but the account',
      { passwordHash: undefined, tokensRevokedAt: undefined, mayBeInactive: true },
      'where "users"."id" = ?',
      [7],
    ],
    [
      'with more',
      {
        passwordHash: undefined,
        tokensRevokedAt: undefined,
        mayBeInactive: false,
        condition: sql`x`,
      },
      'where ("users"."id" = ? and "users"."is_active" = ? and x)',
      [7, 1],
    ],
  ])('%s', (_, more, text, args) => {
    const one = { ...proof, ...more }
    expect(sent(proofHolds(one))).toEqual({ text, args })
    const inner = sent(sql`${provedUserId(one)} = 1`)
    expect(inner.text).toContain(text)
    expect(inner.args).toEqual(args)
    const shaped = perProofShape((holds) => holds(proofValues(one)))(one)
    if (one.condition === undefined) expect(sent(shaped)).toEqual({ text, args })
    else expect(shaped).toBeUndefined()
  })

  test('of an account that the batch makes is a statement of its own', () => {
    const make = perProofShape((holds) => holds(proofValues(proof)))
    expect(make({ ...proof, userId: sql`(select 1)` })).toBeUndefined()
    expect(proofValues({ ...proof, passwordHash: undefined, tokensRevokedAt: undefined })).toEqual({
      userId: 7,
      passwordHash: null,
      revokedMs: null,
    })
  })

  const lives = (table: string) => `exists (select 1 from "${table}"`

  test.each<[CallerCredential, string, readonly unknown[]]>([
    [TOKEN, lives('auth_tokens'), ['k']],
    [{ ...TOKEN, isOfDevice: true }, lives('device_tokens'), ['k']],
    [{ kind: 'session', keyHash: 's' }, lives('sessions'), ['s']],
    [{ kind: 'jwt', family: 'f' }, `not ${lives('refresh_families')}`, ['f']],
    [{ kind: 'jwt', family: undefined }, `not ${lives('refresh_families')}`, ['']],
  ])('of a caller by %j asks whether that is alive', (credential, text, args) => {
    const own = proofOfCaller(caller({ credential }))
    expect(own).toMatchObject({
      how: 'caller',
      userId: 7,
      isActive: true,
      passwordHash: USER.passwordHash,
      tokensRevokedAt: USER.tokensRevokedAt,
    })
    const { text: whole, args: bound } = sent(own.condition)
    expect(whole).toContain(`where ${text}`)
    expect(bound).toEqual(args)
  })

  test('of a caller that proved recently asks that, too', () => {
    const asked = 'exists (select 1 from "recent_proofs"'
    const since = NOW.getTime() - 300_000
    const recent = sent(proofOfRecentCaller(deps, caller()).condition)
    expect(recent.text).toContain(`${asked} where user_id = "users"."id"`)
    expect(recent.args).toEqual(['k', 'token:k', since])
    const asks = (is: boolean) => sent(proofForChange(deps, caller(), () => is).condition)
    expect(asks(true)).toEqual(recent)
    expect(asks(false).text).not.toContain('recent_proofs')
    const before = proofOfToken('k')
    expect(before).toMatchObject({
      credential: TOKEN,
      proof: { how: 'caller', isActive: true, passwordHash: undefined, tokensRevokedAt: undefined },
    })
    expect(sent(sql`${provedUserId(before.proof)} = 1`).text).toContain(
      '"auth_tokens"."key_hash" = ?',
    )
    expect(sent(recentlyProved(deps, before).condition).args).toEqual(['token:k', since])
  })

  test.each<[string, Date | undefined, boolean]>([
    ['after', ago(4), true],
    ['then', ago(5), false],
    ['before', ago(6), false],
    ['never', undefined, false],
  ])('of a JWT that says that it was proved %s', (_, provedAt, isSaid) => {
    const credential = { kind: 'jwt', family: 'f', ...(provedAt && { provedAt }) } as const
    const { text, args } = sent(isProvedSince(credential, ago(5)))
    if (isSaid) expect([text, args]).toEqual(['where 1', []])
    else expect(args).toEqual(['jwt:f', ago(5).getTime()])
  })

  test('of a JWT before its account is read names it by its claim', () => {
    const credential = { kind: 'jwt', family: 'f' } as const
    const { proof: own, credential: same } = proofOfJwt(
      credential,
      sql`username = 'ada'`,
      new Date(3),
    )
    expect(same).toBe(credential)
    expect(own).toMatchObject({
      how: 'caller',
      tokensRevokedAt: new Date(3),
      passwordHash: undefined,
    })
    const { text, args } = sent(sql`${own.userId} = 1 and ${own.condition ?? sql`0`}`)
    expect(text).toContain(`from "users" where username = 'ada' limit 1`)
    expect(args).toEqual(['f'])
  })
})
