/**
 * Whether a login requires a mailed code after its proof (`ACCOUNT_LOGIN_BY_CODE_REQUIRED`), which allauth gives as
 * a boolean or a list of methods.
 */
import type { MAILED_STEP_METHODS } from './mailed-step-methods.ts'
import type { Settings } from './table.ts'

/** Allauth's name of each proof; a registration has none, and counts with any. */
const METHODS = {
  password: 'password',
  provider: 'socialaccount',
  passkey: 'mfa',
  registration: undefined,
} as const satisfies Record<string, (typeof MAILED_STEP_METHODS)[number] | undefined>

/** Proofs after which a mailed code may have to follow. */
export type ProofBeforeMail = keyof typeof METHODS

/** Whether a mailed code must follow a proof of this kind (allauth: `is_login_by_code_required`). */
export function needsMailedStep(
  { ACCOUNT_LOGIN_BY_CODE_REQUIRED: required }: Pick<Settings, 'ACCOUNT_LOGIN_BY_CODE_REQUIRED'>,
  how: string,
): how is ProofBeforeMail {
  if (required === false || !isBeforeMail(how)) return false
  const method = METHODS[how]
  return required === true || method === undefined || required.includes(method)
}

function isBeforeMail(how: string): how is ProofBeforeMail {
  return how in METHODS
}

/** Whether any login asks for one. */
export function hasMailedStep({
  ACCOUNT_LOGIN_BY_CODE_REQUIRED: required,
}: Pick<Settings, 'ACCOUNT_LOGIN_BY_CODE_REQUIRED'>): boolean {
  return required !== false
}
