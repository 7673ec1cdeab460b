/** Checks of an address that someone typed. */
import type { Settings } from '../../settings/parse.ts'
import { textFaults, type Bounds, type Fault } from '../faults.ts'
import { lowerEmail } from './email.ts'
import { isEmail, isKeepableEmail } from './email-syntax.ts'

/** What is wrong with an address by which someone is looked for. Whether it may be kept is another question. */
export function typedEmailFaults(email: string, bounds: Bounds = {}): readonly Fault<'email'>[] {
  if (email === '') return [{ field: 'email', code: 'blank' }]
  const faults = textFaults('email', email, bounds)
  return isEmail(email) ? faults : [...faults, { field: 'email', code: 'email_invalid' }]
}

/** What is wrong with an address that an account is to keep, and that mails go to. */
export function keptEmailFaults(
  settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH'>,
  email: string,
): readonly Fault<'email'>[] {
  if (!isKeepableEmail(email)) return [{ field: 'email', code: 'email_invalid' }]
  return textFaults('email', lowerEmail(email), { max: settings.ACCOUNT_EMAIL_MAX_LENGTH })
}
