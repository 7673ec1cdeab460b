import { expect, test } from 'vitest'
import { startDeadline } from '../../src/db/deadline.ts'

async function ended(signal: AbortSignal): Promise<unknown> {
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve)
  })
  return signal.reason
}

test.each([100, 130, 1_200])('is over after its time, not before: %s ms', async (timeoutMs) => {
  const begun = performance.now()
  const deadline = startDeadline(timeoutMs)
  expect(await ended(deadline.signal)).toMatchObject({ name: 'TimeoutError' })
  expect(deadline.elapsedMs()).toBeCloseTo(timeoutMs)
  expect(performance.now() - begun).toBeGreaterThan(timeoutMs - 5)
})

test('tells the time to a tick of 50 ms, once the first tick has passed', async () => {
  const deadline = startDeadline(5_000)
  expect(deadline.elapsedMs()).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 420))
  const elapsedMs = deadline.elapsedMs()
  deadline.stop()
  expect([250, 300, 350, 400]).toContain(elapsedMs)
})

test('time in which nothing else is done counts as one tick', async () => {
  const deadline = startDeadline(200)
  const end = performance.now() + 400
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(deadline.signal.aborted).toBe(false)
  // Ten milliseconds; on a busy machine more than one may pass meanwhile.
  expect(deadline.elapsedMs()).toBeGreaterThan(0)
  expect(deadline.elapsedMs()).toBeLessThan(100)
  deadline.stop()
})

test('one that is stopped ends nothing', async () => {
  const deadline = startDeadline(20)
  deadline.stop()
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(deadline.signal.aborted).toBe(false)
})
