import { expect, test } from 'vitest'
import {
  acquire,
  newSemaphore,
  release,
  type Ticket,
} from '../../../src/core/passwords/semaphore.ts'

function queueOf(count: number, permits: () => number) {
  const semaphore = newSemaphore(permits)
  const running: number[] = []
  const tickets = Array.from({ length: count }, (_, index) => {
    const ticket: Ticket = {}
    semaphore.tickets.push(ticket)
    void acquire(semaphore, ticket).then(() => running.push(index))
    return ticket
  })
  return { semaphore, tickets, running }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('a release wakes who may run now, and nobody else', async () => {
  const { semaphore, tickets, running } = queueOf(100, () => 2)
  await settled()
  expect(running).toEqual([0, 1])
  let woken = 0
  for (const ticket of tickets.slice(2)) {
    const wake = ticket.call
    ticket.call = () => {
      woken += 1
      wake?.()
    }
  }
  release(semaphore, tickets[0])
  await settled()
  expect({ running, woken }).toEqual({ running: [0, 1, 2], woken: 1 })
})

test('all run in the order of arrival', async () => {
  const { semaphore, tickets, running } = queueOf(50, () => 1)
  for (const ticket of tickets) {
    await settled()
    release(semaphore, ticket)
    release(semaphore, ticket)
  }
  await settled()
  expect(running).toEqual(tickets.map((_, index) => index))
})

test('who had to wait leaves no timer behind', async () => {
  const timers = () =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
  const before = timers()
  const { semaphore, tickets, running } = queueOf(50, () => 1)
  expect(timers() - before).toBeGreaterThan(40)
  for (const ticket of tickets) {
    release(semaphore, ticket)
    await settled()
  }
  expect(running).toHaveLength(50)
  // Others may have begun some meanwhile.
  expect(timers() - before).toBeLessThan(10)
})

test('only what takes a ticket out counts as a release', () => {
  const { semaphore, tickets } = queueOf(3, () => 1)
  for (const ticket of [tickets[1], tickets[1], {}, undefined]) release(semaphore, ticket)
  expect(semaphore.releases).toBe(1)
  expect(semaphore.tickets).toEqual([tickets[0], tickets[2]])
  release(semaphore, tickets[0])
  expect(semaphore.releases).toBe(2)
})

test('more permits let more run with the next release', async () => {
  let permits = 1
  const { semaphore, tickets, running } = queueOf(10, () => permits)
  permits = 4
  release(semaphore, tickets[0])
  await settled()
  expect(running).toEqual([0, 1, 2, 3, 4])
})
