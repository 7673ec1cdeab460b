import { expect, test } from 'vitest'
import type { SocialCandidate } from '../../../src/core/social/login.sql.ts'
import { emailOf, matchProfile, type Match } from '../../../src/core/social/match.ts'
import { configuredProvider } from '../../../src/core/social/providers/configured.ts'
import { knownApps } from '../../../src/core/social/providers/known.ts'
import type { SocialProfile } from '../../../src/core/social/providers/provider.ts'
import { parseSettings } from '../../../src/settings/parse.ts'

const BASE = {
  SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
  TURSO_DATABASE_URL: 'http://127.0.0.1:1',
}

const FAY: SocialProfile = {
  provider: 'facebook',
  subject: '10001',
  email: 'fay@example.com',
  emailVerified: false,
  username: '',
  firstName: 'Fay',
  lastName: 'Book',
  extraData: {},
}

function aCandidate(given: Partial<SocialCandidate> = {}): SocialCandidate {
  return {
    id: 1,
    username: 'alice',
    email: 'alice@example.com',
    firstName: '',
    lastName: '',
    isActive: true,
    lastLoginAt: null,
    tokensRevokedAt: null,
    passwordHash: '!',
    keyHash: null,
    sealedKey: null,
    deviceId: null,
    addresses: [],
    sessionAuthHash: null,
    socialAccountId: null,
    ...given,
  }
}

const verified = (email: string) => ({ email, isVerified: true })
const unverified = (email: string) => ({ email, isVerified: false })

function matchOf(
  candidates: readonly SocialCandidate[],
  options: {
    readonly profile?: Partial<SocialProfile>
    readonly env?: Readonly<Record<string, string>>
    readonly provider?: 'facebook' | 'twitter'
    readonly app?: Readonly<Record<string, unknown>>
  } = {},
): Match {
  const { provider = 'facebook', profile = {}, env = {}, app = {} } = options
  const declared = { [provider]: { APP: { client_id: 'x', secret: 'y', settings: app } } }
  const settings = parseSettings({
    ...BASE,
    SOCIALACCOUNT_PROVIDERS: JSON.stringify(declared),
    ...env,
  })
  const [known] = knownApps(settings.SOCIALACCOUNT_PROVIDERS)
  if (known === undefined) throw new Error(`no ${provider}`)
  return matchProfile(
    settings,
    { configured: configuredProvider(known), profile: { ...FAY, ...profile } },
    candidates,
  )
}

const EXACT = { DJANGO_COMPATIBILITY: 'exact' }
const BY_EMAIL = { SOCIALACCOUNT_EMAIL_AUTHENTICATION: 'true' }
const PROVED = { emailVerified: true }

test.each([
  ['Fay@Example.COM', 'fay@example.com'],
  ['nope', ''],
  ['', ''],
  [`${'a'.repeat(60)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.com`, ''],
])('keeps the address %j as %j', (email, kept) => {
  expect(emailOf({ email })).toBe(kept)
})

test('finds the owner of the social account before everybody else', () => {
  const owner = aCandidate({ id: 2, socialAccountId: 7 })
  const holder = aCandidate({ addresses: [verified('fay@example.com')] })
  expect(matchOf([holder, owner], { profile: PROVED, env: BY_EMAIL })).toEqual({
    kind: 'known',
    account: owner,
  })
})

test('signs a new person up, the address compared without case', () => {
  expect(matchOf([])).toEqual({ kind: 'new', uniqueness: 'fold' })
  expect(matchOf([], { env: EXACT })).toEqual({ kind: 'new', uniqueness: 'letter' })
  expect(matchOf([], { profile: { email: '' } })).toEqual({ kind: 'new', uniqueness: 'none' })
})

test.each([
  ['the address row', aCandidate({ addresses: [unverified('fay@example.com')] })],
  ['a verified one', aCandidate({ addresses: [verified('fay@example.com')] })],
  ['the account itself', aCandidate({ email: 'fay@example.com' })],
  ['the account, in capitals', aCandidate({ email: 'FAY@example.com' })],
])('finds an address taken by %s', (_, holder) => {
  expect(matchOf([holder])).toEqual({ kind: 'taken', holder, isOwnerTold: false })
})

test('compares to the letter in exact mode', () => {
  const inCapitals = aCandidate({ email: 'FAY@example.com' })
  expect(matchOf([inCapitals], { env: EXACT })).toEqual({ kind: 'new', uniqueness: 'letter' })
  const holder = aCandidate({
    email: 'FAY@example.com',
    addresses: [verified('fay@example.com')],
  })
  expect(matchOf([holder], { env: EXACT })).toMatchObject({ kind: 'taken' })
})

const HOLDER = aCandidate({ addresses: [verified('fay@example.com')] })
const UNPROVED = aCandidate({ addresses: [unverified('fay@example.com')] })
const WITH_ANOTHER = aCandidate({
  addresses: [unverified('fay@example.com'), verified('alice@example.com')],
})

test.each([
  ['a verified address, by the setting', HOLDER, PROVED, BY_EMAIL, {}, true],
  ['a verified address, by the app', HOLDER, PROVED, {}, { email_authentication: true }, true],
  ['an address that is only claimed', UNPROVED, PROVED, BY_EMAIL, {}, false],
  [
    'the account’s own address without a row',
    aCandidate({ email: 'fay@example.com' }),
    PROVED,
    BY_EMAIL,
    {},
    false,
  ],
])('links to the account with %s', (_, account, profile, env, app, isProven) => {
  expect(matchOf([account], { profile, env, app })).toEqual({ kind: 'linked', account, isProven })
})

test('links to who has verified the address rather than to who claims it', () => {
  const claiming = aCandidate({ id: 1, addresses: [unverified('fay@example.com')] })
  const owner = aCandidate({ id: 2, addresses: [verified('FAY@example.com')] })
  expect(matchOf([claiming, owner], { profile: PROVED, env: BY_EMAIL })).toEqual({
    kind: 'linked',
    account: owner,
    isProven: true,
  })
})

test.each([
  ['the provider vouches for nothing', HOLDER, {}, BY_EMAIL, {}],
  ['the setting is off', HOLDER, PROVED, {}, {}],
  ['the app says no', HOLDER, PROVED, BY_EMAIL, { email_authentication: false }],
  ['the account has verified another address', WITH_ANOTHER, PROVED, BY_EMAIL, {}],
])('links to no account where %s', (_, holder, profile, env, app) => {
  expect(matchOf([holder], { profile, env, app })).toMatchObject({ kind: 'taken' })
})

test.each([
  [{ SOCIALACCOUNT_AUTO_SIGNUP: 'false' }, {}, 'sign_up_closed'],
  [{ SOCIALACCOUNT_AUTO_SIGNUP: 'false', ...EXACT }, {}, 'sign_up_closed'],
  [{ SOCIALACCOUNT_EMAIL_REQUIRED: 'true' }, { email: 'nope' }, 'email_missing'],
  [{ ACCOUNT_SIGNUP_FIELDS: '["email*", "password1*"]' }, { email: '' }, 'email_missing'],
])('makes no account under %j for %j: %s', (env, profile, kind) => {
  expect(matchOf([], { env, profile })).toEqual({ kind })
})

test.each([
  [{}, 'taken'],
  [EXACT, 'taken'],
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, 'sign_up_closed'],
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory', ...EXACT }, 'taken'],
])('where sign-ups are closed, %j tells of an address that is taken: %s', (env, kind) => {
  const closed = { SOCIALACCOUNT_AUTO_SIGNUP: 'false', ...env }
  const match = matchOf([HOLDER], { env: closed, profile: {} })
  expect(match.kind).toBe(kind)
  if (match.kind === 'taken') expect(match.isOwnerTold).toBe(false)
})

test.each([
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, true],
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory', ACCOUNT_PREVENT_ENUMERATION: 'strict' }, true],
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory', ACCOUNT_PREVENT_ENUMERATION: 'false' }, false],
  [{}, false],
])('tells the owner of a taken address under %j: %s', (env, isOwnerTold) => {
  expect(matchOf([HOLDER], { env })).toEqual({ kind: 'taken', holder: HOLDER, isOwnerTold })
})

test.each([[{ ACCOUNT_UNIQUE_EMAIL: 'false' }], [{ ACCOUNT_PREVENT_ENUMERATION: 'strict' }]])(
  'makes a second account with an address under %j',
  (env) => {
    expect(matchOf([HOLDER], { env })).toEqual({ kind: 'new', uniqueness: 'none' })
  },
)

test('looks up addresses at Twitter in safe mode only', () => {
  expect(matchOf([HOLDER], { provider: 'twitter' })).toMatchObject({ kind: 'taken' })
  expect(matchOf([HOLDER], { provider: 'twitter', env: EXACT })).toEqual({
    kind: 'new',
    uniqueness: 'ignored',
  })
})

test.each([
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory' }, true],
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory', ACCOUNT_PREVENT_ENUMERATION: 'strict' }, true],
  [{ ACCOUNT_EMAIL_VERIFICATION: 'mandatory', ACCOUNT_PREVENT_ENUMERATION: 'false' }, false],
  [{ ACCOUNT_EMAIL_VERIFICATION: 'optional' }, false],
])('at Twitter, with %j the owner of a taken address is told: %j', (env, isTold) => {
  expect(matchOf([HOLDER], { provider: 'twitter', env: { ...EXACT, ...env } })).toEqual({
    kind: 'new',
    uniqueness: 'ignored',
    ...(isTold ? { told: HOLDER } : {}),
  })
})
