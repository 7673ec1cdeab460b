import { simulateStuffing } from './stuffing.ts'

/** Prints what comes of two attacks: a wide one over a minute, and a narrow one on one account. */
const wide = await simulateStuffing({
  logins: 10_000,
  addresses: 500,
  accounts: 1_000,
  seconds: 60,
  ownerEvery: 500,
})
console.log('10,000 logins, 500 addresses, 1,000 accounts, one minute:', wide)
const narrow = await simulateStuffing({
  logins: 2_000,
  addresses: 500,
  accounts: 1,
  seconds: 60,
  ownerEvery: 100,
})
console.log('2,000 logins, 500 addresses, one account, one minute:', narrow)
