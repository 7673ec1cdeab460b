import { createService } from '../../src/service.ts'
import type { Deps } from '../../src/deps.ts'
import type { Platform } from '../../src/platform.ts'
import { openDeps } from '../../src/request-deps.ts'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { users } from '../../src/db/schema/users.ts'
import { makePassword } from '../../src/core/passwords/passwords.ts'
import { parseSettings } from '../../src/settings/parse.ts'
import { createClock } from '../support/clock.ts'
import { startSqld } from '../support/sqld.ts'

/** How big an attack is. */
export type Attack = {
  readonly logins: number
  readonly addresses: number
  readonly accounts: number
  /** The attack is spread evenly over so many seconds of the app's clock. */
  readonly seconds: number
  /** Every so many logins the owner of the first account logs in, from a device it used before. */
  readonly ownerEvery: number
}

/** What came of it. */
export type AttackReport = {
  /** Guesses that were compared with a password. */
  readonly judged: number
  readonly refused: number
  /** Neither: the service could not answer. */
  readonly unanswered: number
  readonly highestPerAccount: number
  readonly highestPerAddress: number
  readonly brokenIn: number
  readonly ownerLogins: number
  readonly ownerSuccesses: number
  /** The same owner on a device that never logged in before. */
  readonly strangerSuccesses: number
  readonly seconds: number
}

const PASSWORD = 'right-horse-staple'
const AT_ONCE = 20

/**
 * Simulates credential stuffing against the default limits: passwords from a leaked list, tried over many
 * accounts from many addresses. Hashing is cheap here; counting is the real one.
 */
export async function simulateStuffing(attack: Attack): Promise<AttackReport> {
  const startedAt = performance.now()
  const sqld = await startSqld()
  try {
    const clock = createClock()
    const settings = parseSettings({
      SECRET_KEY: 'test-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz',
      PASSWORD_PBKDF2_CALLS: '1',
      PASSWORD_PBKDF2_ITERATIONS: '1000',
      PASSWORD_QUEUE_MAX_MS: '600000',
      TURSO_DATABASE_URL: sqld.url,
      // What is measured is the counting: a busy machine must not answer 503 in its place.
      DATABASE_TIMEOUT_MS: '60000',
    })
    let deferred: Promise<unknown>[] = []
    const outsideOf = (address: string): Platform => ({
      fetch: (input, init) => fetch(input, init),
      now: () => clock.now(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      defer: (work) => deferred.push(work),
      log: () => undefined,
      client: { address, country: '', userAgent: '' },
    })
    await makeAccounts(openDeps(settings, outsideOf('')), attack.accounts)

    const logIn = async (account: number, password: string, address: string, cookie = '') => {
      const { fetch: send } = createService(settings, () => outsideOf(address))
      const response = await send(
        new Request('https://auth.example.com/dj-rest-auth/login/', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Cookie: cookie },
          body: JSON.stringify({ username: `user${account}`, password }),
        }),
      )
      return { status: response.status, cookie: response.headers.get('Set-Cookie') ?? '' }
    }
    const settle = async (): Promise<void> => {
      const work = deferred
      deferred = []
      await Promise.all(work)
    }

    const device = (await logIn(0, PASSWORD, '192.0.2.1')).cookie.split(';')[0] ?? ''
    await settle()
    const perAccount = new Map<number, number>()
    const perAddress = new Map<number, number>()
    const counts = { judged: 0, refused: 0, unanswered: 0, brokenIn: 0 }
    const owner = { ownerLogins: 0, ownerSuccesses: 0, strangerSuccesses: 0 }
    for (let done = 0; done < attack.logins; done += AT_ONCE) {
      const guesses = Array.from({ length: AT_ONCE }, async (_, index) => {
        const number = done + index
        const account = (number * 7) % attack.accounts
        const address = number % attack.addresses
        const { status } = await logIn(account, `leaked-${number}`, addressOf(address))
        if (status === 429) counts.refused += 1
        else if (status >= 500) counts.unanswered += 1
        else {
          counts.judged += 1
          perAccount.set(account, (perAccount.get(account) ?? 0) + 1)
          perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
        }
        if (status === 200) counts.brokenIn += 1
      })
      await Promise.all(guesses)
      await settle()
      clock.advance((attack.seconds * AT_ONCE) / attack.logins)
      if (done % attack.ownerEvery === 0) {
        owner.ownerLogins += 1
        if ((await logIn(0, PASSWORD, '192.0.2.1', device)).status === 200) {
          owner.ownerSuccesses += 1
        }
        if ((await logIn(0, PASSWORD, '192.0.2.2')).status === 200) owner.strangerSuccesses += 1
        await settle()
      }
    }
    return {
      ...counts,
      ...owner,
      highestPerAccount: Math.max(...perAccount.values()),
      highestPerAddress: Math.max(...perAddress.values()),
      seconds: Math.round((performance.now() - startedAt) / 1000),
    }
  } finally {
    await sqld.stop()
  }
}

function addressOf(index: number): string {
  return `198.51.${100 + Math.floor(index / 250)}.${1 + (index % 250)}`
}

async function makeAccounts(deps: Deps, accounts: number): Promise<void> {
  const password = await makePassword(deps, PASSWORD)
  const ids = Array.from({ length: accounts }, (_, index) => index)
  for (let start = 0; start < accounts; start += 200) {
    const some = ids.slice(start, start + 200)
    await deps.db.batch([
      deps.db.insert(users).values(
        some.map((index) => ({
          id: index + 1,
          username: `user${index}`,
          usernameFolded: `user${index}`,
          email: `user${index}@example.com`,
          emailFolded: `user${index}@example.com`,
          password,
          dateJoinedAt: deps.now,
        })),
      ),
      deps.db.insert(emailAddresses).values(
        some.map((index) => ({
          userId: index + 1,
          email: `user${index}@example.com`,
          emailFolded: `user${index}@example.com`,
          isVerified: true,
          isPrimary: true,
        })),
      ),
    ])
  }
}
