/**
 * allauth's `ACCOUNT_RATE_LIMITS`: which action is limited by which key (address, account, IP), and the limits of
 * logins, which count failures.
 */
import { hex, hmacUnder, utf8 } from '../../crypto.ts'
import type { AccountFinder, AccountRates, Count, FinderValues, KeyedRate } from './count.ts'
import type { Deps } from '../../deps.ts'
import { parseRates, RATE_ACTIONS, type Rate } from '../../settings/rates.ts'
import { clientBlock } from './client-block.ts'
import { foldEmail } from '../users/email.ts'
import { foldUsername } from '../users/fold.ts'
import type { Settings } from '../../settings/parse.ts'

/** The slice of `Deps` that counting needs. */
export type RateDeps = Pick<Deps, 'settings' | 'now' | 'randomBytes' | 'client'>

/** One of them. */
export type RateAction = (typeof RATE_ACTIONS)[number]

/** The account that an action concerns, in addition to the client's address. */
export type RateSubject = {
  /** Who is logged in. */
  readonly userId?: number
  /** What was named, in the form in which it is compared. */
  readonly key?: string
}

/** The answer to a request that came too soon. */
export type Throttled = { readonly kind: 'throttled'; readonly waitSeconds: number }

/**
 * How a request is counted for an action (allauth: `ratelimit.consume`); `undefined` where
 * `ACCOUNT_RATE_LIMITS` sets no rate, and then nothing is written.
 */
export async function countFor(
  deps: RateDeps,
  action: RateAction,
  subject: RateSubject = {},
): Promise<Count | undefined> {
  const rates = await keyedRates(deps, { action, rates: ratesOf(deps.settings, action) }, subject)
  return rates.length === 0 ? undefined : newCount(deps, action, rates)
}

/** What counts failed logins of the accounts that a login may mean. */
export type LoginAccounts<Finder = AccountFinder> = Pick<
  AccountRates<Finder>,
  'accounts' | 'device'
> & { readonly typed: string }

/**
 * How a login is counted: as a login, and as a failed one until it turns out right. Failures count by
 * address and by account, for all its identifiers; what names no account counts by a hash of it,
 * so that the 429 of an unknown name comes as soon as that of a known one.
 */
export async function countLogin<Finder extends FinderValues>(
  deps: RateDeps,
  { typed, accounts, device }: LoginAccounts<Finder>,
): Promise<Count<Finder> | undefined> {
  const failed = ratesOf(deps.settings, 'login_failed')
  // What is typed may be an address or a username: spellings of either count together.
  const name = foldUsername(foldEmail(typed))
  const rates = [
    ...(await keyedRates(
      deps,
      { action: 'login', rates: ratesOf(deps.settings, 'login') },
      { key: name },
    )),
    // Of these, the address alone is known before the database has found the account.
    ...(await keyedRates(deps, { action: 'login_failed', rates: failed }, {})),
  ]
  const accountRates = failed
    .filter(({ per }) => per !== 'ip')
    .map((rate) => withKey(rate, `login_failed:${rate.windowSeconds}`))
  if (rates.length === 0 && accountRates.length === 0) return undefined
  const count = newCount(deps, 'login', rates)
  if (accountRates.length === 0) return count
  const unknownKey = await hashKey(deps, name)
  return { ...count, accountRates: { accounts, device, unknownKey, rates: accountRates } }
}

/** Whether a hit is one of a failed login, which a right password takes back. */
export function isFailureHit(hit: { readonly key: string }): boolean {
  return hit.key.startsWith('login_failed:')
}

/** An account as its counters name it: by its number, and by its name and addresses in the form in which they are compared. */
export type CountedAccount = { readonly userId: number; readonly names: readonly string[] }

/** What an account is counted under: whole keys, and how those of the devices that it knows begin. */
export type AccountCounters = {
  readonly keys: readonly string[]
  readonly ofDevices: readonly string[]
}

/**
 * The keys under which an account is counted, for all actions: with a rate of one of `RATE_ACTIONS`, or of a DRF
 * scope. Those of clients' addresses are not among them: they are someone else's.
 */
export async function accountCounters(
  deps: Pick<Deps, 'settings'>,
  { userId, names }: CountedAccount,
): Promise<AccountCounters> {
  const { settings } = deps
  const hashes = await Promise.all(names.map((name) => hashKey(deps, name)))
  const counted = RATE_ACTIONS.flatMap((action) =>
    ratesOf(settings, action).map(({ windowSeconds }) => `${action}:${windowSeconds}`),
  )
  const scopes = Object.keys(settings.DEFAULT_THROTTLE_RATES)
  const counters = [...new Set([...counted, ...scopes])]
  const ofUser = counters.map((counter) => `${counter}:user:${userId}`)
  const ofNames = counters.flatMap((counter) => hashes.map((hash) => `${counter}:key:${hash}`))
  return { keys: [...ofUser, ...ofNames], ofDevices: ofUser.map((key) => `${key}:d:`) }
}

/** A name for a client's address that reveals nothing without `SECRET_KEY`. */
export function clientKey(deps: Pick<Deps, 'settings' | 'client'>): Promise<string> {
  return hashKey(deps, `address:${clientBlock(deps.client.address)}`)
}

/** A count of this request against the rates. */
function newCount(
  deps: RateDeps,
  action: string,
  rates: readonly KeyedRate[],
): Omit<Count, 'accountRates'> {
  return { requestId: hex(deps.randomBytes(16)), action, rates, now: deps.now }
}

/** A count of given rates: DRF's scopes. */
export function countOf(deps: RateDeps, action: string, rates: readonly KeyedRate[]): Count {
  return newCount(deps, action, rates)
}

/** A count of given rates by accounts that only the database knows, by `accounts`. */
export function countAccounts(
  deps: RateDeps,
  action: string,
  { rates, accounts }: Pick<AccountRates, 'rates' | 'accounts'>,
): Count {
  return { ...newCount(deps, action, []), accountRates: { accounts, rates } }
}

/** What guards secrets that dj-rest-auth does not know has a rate even where the settings name none. */
const NEVER_OFF: Partial<Readonly<Record<RateAction, string>>> = {
  reauthenticate: '10/m/user',
  request_login_code: '20/m/ip,3/m/key',
}

/** The configured rates of an action. */
function ratesOf(
  settings: Pick<Settings, 'ACCOUNT_RATE_LIMITS'>,
  action: RateAction,
): readonly Rate[] {
  const text = settings.ACCOUNT_RATE_LIMITS[action] ?? NEVER_OFF[action]
  return text === undefined ? [] : (parseRates(text) ?? [])
}

/** Each rate with the key that it counts by. */
async function keyedRates(
  deps: RateDeps,
  { action, rates }: { readonly action: RateAction; readonly rates: readonly Rate[] },
  subject: RateSubject,
): Promise<readonly KeyedRate[]> {
  const found: KeyedRate[] = []
  for (const rate of rates) {
    const who = await whoIsCounted(deps, rate, subject)
    if (who !== undefined) found.push(withKey(rate, `${action}:${rate.windowSeconds}:${who}`))
  }
  return found
}

function withKey(rate: Rate, key: string): KeyedRate {
  return { key, limit: rate.limit, windowMs: rate.windowSeconds * 1000 }
}

/** The key of a rate: account, address or client. */
async function whoIsCounted(
  deps: RateDeps,
  rate: Rate,
  subject: RateSubject,
): Promise<string | undefined> {
  switch (rate.per) {
    case 'ip':
      return `ip:${await clientKey(deps)}`
    case 'user':
      return subject.userId === undefined ? undefined : `user:${subject.userId}`
    case 'key':
      return subject.key === undefined ? undefined : `key:${await hashKey(deps, subject.key)}`
  }
}

const HASH_LENGTH = 32

/** Keys are stored as a keyed hash: the table of hits must not become a list of addresses and IPs. */
async function hashKey({ settings }: Pick<Deps, 'settings'>, text: string): Promise<string> {
  const secret = settings.SECRET_KEY
  const mac = await hmacUnder(secret, () => utf8(secret), `rate-limit:${text}`)
  return hex(mac).slice(0, HASH_LENGTH)
}
