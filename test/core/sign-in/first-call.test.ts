import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { firstCallJson } from '../../../src/core/sign-in/first-call.build.ts'

test('the statements of a first call are those that a login sends', async () => {
  const kept = readFileSync(
    new URL('../../../src/core/sign-in/first-call.json', import.meta.url),
    'utf8',
  )
  expect(kept, 'run: node src/core/sign-in/first-call.build.ts').toBe(await firstCallJson())
  // What no login is made of: `undefined` would be left out.
  expect(Object.keys(JSON.parse(kept) as object)).toHaveLength(6)
  expect(kept.match(/"sql"/g)).toHaveLength(4 + 2 * 4)
})
