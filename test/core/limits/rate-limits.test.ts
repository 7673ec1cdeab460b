import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  accountCounters,
  clientKey,
  countAccounts,
  countFor,
  countLogin,
  countOf,
  isFailureHit,
} from '../../../src/core/limits/rate-limits.ts'
import { countingBytes, settingsOf } from '../../support/settings.ts'

const NOW = new Date('2027-03-04T05:06:07Z')
const REQUEST_ID = '0102030405060708090a0b0c0d0e0f10'

/** A key that nothing has used before. */
const SECRET_KEY = `of-this-run-alone-${crypto.randomUUID()}`

function depsOf(rates: Readonly<Record<string, string | null>>, address = '192.0.2.1') {
  return {
    settings: settingsOf({ SECRET_KEY, ACCOUNT_RATE_LIMITS: rates }),
    now: NOW,
    randomBytes: countingBytes,
    client: { address, country: '', userAgent: '' },
  }
}

function hashOf(text: string): string {
  return createHmac('sha256', SECRET_KEY).update(`rate-limit:${text}`).digest('hex').slice(0, 32)
}

const count = (action: string, rates: readonly unknown[]) => ({
  requestId: REQUEST_ID,
  action,
  rates,
  now: NOW,
})
const rateOf = (key: string, limit: number, windowMs: number) => ({ key, limit, windowMs })
const BY_IP = `ip:${hashOf('address:192.0.2.1')}`

test('an action counts by client, account and name, each under a key of its own', async () => {
  const deps = depsOf({ signup: '3/5m/ip,4/h/user,5/s/key' })
  const subject = { userId: 7, key: 'ada@example.com' }
  expect(await countFor(deps, 'signup', subject)).toEqual(
    count('signup', [
      rateOf(`signup:300:${BY_IP}`, 3, 300_000),
      rateOf('signup:3600:user:7', 4, 3_600_000),
      rateOf(`signup:1:key:${hashOf('ada@example.com')}`, 5, 1000),
    ]),
  )
})

test('what is not known of the subject is not counted; where nothing is, there is no count', async () => {
  const deps = depsOf({ signup: '3/m/ip,4/m/user,5/m/key', manage_email: '4/m/user,5/m/key' })
  expect(await countFor(deps, 'signup')).toEqual(
    count('signup', [rateOf(`signup:60:${BY_IP}`, 3, 60_000)]),
  )
  expect(await countFor(deps, 'manage_email')).toBeUndefined()
  expect(await countFor(depsOf({ signup: null }), 'signup')).toBeUndefined()
})

test('a rate that is no rate counts nothing', async () => {
  const deps = depsOf({})
  const settings = { ...deps.settings, ACCOUNT_RATE_LIMITS: { login_failed: 'often' } }
  expect(
    await countLogin({ ...deps, settings }, { typed: 'ada', accounts: ACCOUNTS }),
  ).toBeUndefined()
})

test.each([
  ['reauthenticate', [rateOf('reauthenticate:60:user:7', 10, 60_000)]],
  [
    'request_login_code',
    [
      rateOf(`request_login_code:60:${BY_IP}`, 20, 60_000),
      rateOf(`request_login_code:60:key:${hashOf('ada')}`, 3, 60_000),
    ],
  ],
] as const)('%s has rates even where the settings name none', async (action, rates) => {
  const deps = depsOf({ [action]: null })
  expect(await countFor(deps, action, { userId: 7, key: 'ada' })).toEqual(count(action, rates))
})

const ACCOUNTS = { id: sql`1`, values: {} }

test('a login counts as one, and as a failed one by client and by account', async () => {
  const deps = depsOf({ login: '9/m/ip,8/m/key', login_failed: '3/m/ip,5/300s/key,6/h/user' })
  const device = { userId: 7, version: 0, deviceId: 'd' }
  const login = { typed: 'Straße@EXAMPLE.com', accounts: ACCOUNTS, device }
  const nameHash = hashOf('strasse@example.com')
  expect(await countLogin(deps, login)).toEqual({
    ...count('login', [
      rateOf(`login:60:${BY_IP}`, 9, 60_000),
      rateOf(`login:60:key:${nameHash}`, 8, 60_000),
      rateOf(`login_failed:60:${BY_IP}`, 3, 60_000),
    ]),
    accountRates: {
      accounts: ACCOUNTS,
      device,
      unknownKey: nameHash,
      rates: [rateOf('login_failed:300', 5, 300_000), rateOf('login_failed:3600', 6, 3_600_000)],
    },
  })
})

test('of failed logins alone, either kind of rate is a count', async () => {
  const login = { typed: 'ada', accounts: ACCOUNTS }
  const byClient = depsOf({ login: null, login_failed: '3/m/ip' })
  expect(await countLogin(byClient, login)).toEqual(
    count('login', [rateOf(`login_failed:60:${BY_IP}`, 3, 60_000)]),
  )
  const byAccount = depsOf({ login: null, login_failed: '5/m/key' })
  expect(await countLogin(byAccount, login)).toMatchObject({
    action: 'login',
    rates: [],
    accountRates: { rates: [rateOf('login_failed:60', 5, 60_000)] },
  })
  const alone = depsOf({ login: '9/m/ip', login_failed: null })
  expect(await countLogin(alone, login)).toEqual(
    count('login', [rateOf(`login:60:${BY_IP}`, 9, 60_000)]),
  )
  expect(await countLogin(depsOf({ login: null, login_failed: null }), login)).toBeUndefined()
})

test.each([
  ['login_failed:60:user:7', true],
  ['login:60:user:7', false],
  ['reauthenticate:login_failed:', false],
])('%s is a failure: %j', (key, isFailure) => {
  expect(isFailureHit({ key })).toBe(isFailure)
})

test('a secret that nothing has been counted under before hashes as any', async () => {
  const secret = `fresh-${crypto.randomUUID()}`
  const deps = { ...depsOf({}), settings: settingsOf({ SECRET_KEY: secret }) }
  const mac = createHmac('sha256', secret).update('rate-limit:address:192.0.2.1').digest('hex')
  expect(await clientKey(deps)).toBe(mac.slice(0, 32))
})

test('a client is counted by its network, under a hash', async () => {
  const hash = hashOf('address:2001:db8:1:2::/64')
  expect(await clientKey(depsOf({}, '2001:db8:1:2:aaaa::1'))).toBe(hash)
  expect(await clientKey(depsOf({}, '2001:db8:1:2:bbbb::2'))).toBe(hash)
})

test('a rate that is given counts as it is, by its key or by accounts', () => {
  const deps = depsOf({})
  const rate = rateOf('scope', 2, 1000)
  expect(countOf(deps, 'scope', [rate])).toEqual(count('scope', [rate]))
  expect(countAccounts(deps, 'scope', { rates: [rate], accounts: ACCOUNTS })).toEqual({
    ...count('scope', []),
    accountRates: { accounts: ACCOUNTS, rates: [rate] },
  })
})

test('the counters of an account are those of all actions and scopes, each once', async () => {
  const { settings } = depsOf({})
  const only = {
    ...settings,
    ACCOUNT_RATE_LIMITS: { login_failed: '3/m/ip,5/300s/key', signup: '1/m/ip,2/m/key' },
    DEFAULT_THROTTLE_RATES: { anon: '9/m', 'signup:60': '1/m' },
  }
  const counted = await accountCounters(
    { settings: only },
    { userId: 7, names: ['ada', 'x@y.example'] },
  )
  const counters = [
    'login_failed:60',
    'login_failed:300',
    'signup:60',
    'reauthenticate:60',
    'request_login_code:60',
    'anon',
  ]
  expect(counted.keys).toEqual([
    ...counters.map((counter) => `${counter}:user:7`),
    ...counters.flatMap((counter) => [
      `${counter}:key:${hashOf('ada')}`,
      `${counter}:key:${hashOf('x@y.example')}`,
    ]),
  ])
  expect(counted.ofDevices).toEqual(counters.map((counter) => `${counter}:user:7:d:`))
})
