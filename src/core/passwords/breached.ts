import type { BreachDeps } from './breach-range.ts'
import { loadPasswordChecks } from './load-password-checks.ts'

/** With `PASSWORD_BREACH_CHECK = closed`: it is unknown whether the password has leaked. The client may retry. */
export class BreachCheckDown extends Error {
  override readonly name = 'BreachCheckDown'

  constructor() {
    super('The range API of breached passwords did not answer.')
  }
}

/**
 * Whether a new password is in a known breach (NIST SP 800-63B §3.1.1.2). Asked only of passwords that are
 * about to be set, never at a login. False where the check is off, or the service away and the check `open`.
 *
 * @throws BreachCheckDown
 */
export async function isBreached(deps: BreachDeps, password: string): Promise<boolean> {
  const { PASSWORD_BREACH_CHECK } = deps.settings
  if (PASSWORD_BREACH_CHECK === 'off') return false
  const { findBreach } = await loadPasswordChecks()
  const found = await findBreach(deps, password)
  if (found === 'unavailable' && PASSWORD_BREACH_CHECK === 'closed') throw new BreachCheckDown()
  return found === 'breached'
}
