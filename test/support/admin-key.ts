import { createKey, type NewKey } from '../../src/core/operator/admin-keys.ts'
import type { TestApp } from './app.ts'

/** Makes a key of a machine. */
export async function anAdminKey(
  deps: ReturnType<TestApp['deps']>,
  scopes: NewKey['scopes'],
): Promise<string> {
  const made = await createKey(deps, { name: 'a test', scopes, expiresAt: undefined })
  if (made.kind !== 'created') throw new Error(made.kind)
  return made.key
}
