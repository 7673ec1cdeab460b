import { expect, test } from 'vitest'
import { simulateStuffing } from './stuffing.ts'

const TIMEOUT_MS = 300_000

test(
  'stuffing gets five guesses an account and ten an address, and the owner gets in',
  { timeout: TIMEOUT_MS },
  async () => {
    const report = await simulateStuffing({
      logins: 1_000,
      addresses: 50,
      accounts: 20,
      seconds: 50,
      ownerEvery: 100,
    })
    expect(report).toMatchObject({
      unanswered: 0,
      brokenIn: 0,
      ownerLogins: 10,
      ownerSuccesses: 10,
    })
    expect(report.highestPerAccount).toBeLessThanOrEqual(5)
    expect(report.highestPerAddress).toBeLessThanOrEqual(10)
    expect(report.judged).toBeLessThanOrEqual(100)
    expect(report.judged + report.refused).toBe(1_000)
  },
)
