import { textFaults, type Fault } from '../faults.ts'
import { isBreached, type BreachDeps } from './breached.ts'
import { passwordFaults, type PasswordOwner } from './password-rules.ts'

/** Longer ones are no passwords: hashing them would cost what the sender wants it to (Django: `SetPasswordForm`). */
export const PASSWORD_MAX_LENGTH = 128

/** A new password as it is typed: twice, and for whom. */
export type NewPassword = {
  readonly password1: string
  readonly password2: string
  readonly owner: PasswordOwner
}

/**
 * What is wrong with a new password (Django: `SetPasswordForm`): one too long is looked at no further, and only one
 * that is good by itself is looked for in breaches.
 *
 * @throws BreachCheckDown
 */
export async function newPasswordFaults(
  deps: BreachDeps,
  { password1, password2, owner }: NewPassword,
): Promise<readonly Fault<'new_password1' | 'new_password2'>[]> {
  const long = textFaults('new_password1', password1, { max: PASSWORD_MAX_LENGTH })
  if (long.length > 0) return long
  if (password1 !== password2) return [{ field: 'new_password2', code: 'password_mismatch' }]
  const faults = await passwordFaults(password1, owner, deps.settings.AUTH_PASSWORD_VALIDATORS)
  if (faults.length === 0 && (await isBreached(deps, password1))) {
    return [{ field: 'new_password2', code: 'password_breached' }]
  }
  return faults.map((fault) => ({ field: 'new_password2', ...fault }))
}
