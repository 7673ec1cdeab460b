import { expect, test } from 'vitest'
import { lazily } from '../src/lazily.ts'

test('a module is kept once it is read; one that could not be read is read again', async () => {
  let reads = 0
  const load = lazily(async () => {
    reads += 1
    if (reads === 1) throw new Error('no such chunk')
    return { reads }
  })
  await expect(load()).rejects.toThrow('no such chunk')
  const module = await load()
  expect(module).toEqual({ reads: 2 })
  expect(load()).toBe(module)
})
