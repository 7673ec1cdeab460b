import { textFaults, type Fault } from '../faults.ts'
import type { BreachDeps } from './breach-range.ts'
import { isBreached } from './breached.ts'
import { passwordFaults, type PasswordOwner } from './password-rules.ts'

/**
 * Longer ones are no passwords: hashing them would let the sender choose the cost (denial of service; Django:
 * `SetPasswordForm`).
 */
export const PASSWORD_MAX_LENGTH = 128

/** A new password as it is entered, twice, and its user. */
export type NewPassword = {
  readonly password1: string
  readonly password2: string
  readonly owner: PasswordOwner
}

/**
 * What is wrong with a new password (Django: `SetPasswordForm`): one too long is looked at no further, and only one
 * that is valid otherwise is looked for in breaches.
 *
 * @throws BreachCheckDown
 */
export async function newPasswordFaults(
  deps: BreachDeps,
  { password1, password2, owner }: NewPassword,
): Promise<readonly Fault<'new_password1' | 'new_password2'>[]> {
  const unfit = [
    ...typedFaults('new_password1', password1),
    ...typedFaults('new_password2', password2),
  ]
  if (unfit.length > 0) return unfit
  if (password1 !== password2) return [{ field: 'new_password2', code: 'password_mismatch' }]
  const faults = await passwordFaults(password1, owner, deps.settings.AUTH_PASSWORD_VALIDATORS)
  if (faults.length === 0 && (await isBreached(deps, password1))) {
    return [{ field: 'new_password2', code: 'password_breached' }]
  }
  return faults.map((fault) => ({ field: 'new_password2', ...fault }))
}

function typedFaults<Field extends string>(
  field: Field,
  password: string,
): readonly Fault<Field>[] {
  if (password === '') return [{ field, code: 'blank' }]
  return textFaults(field, password, { max: PASSWORD_MAX_LENGTH })
}
