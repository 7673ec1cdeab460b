import { message } from '../../i18n/message.ts'
import { charField } from './fields.ts'

/** What whoever asks for a login by mail is told, known or not. */
export const MAIL_UNDERWAY = message('mail_underway')

/** A sentence, and what the code in the mail needs besides. */
export const handleSchema = {
  type: 'object',
  properties: { detail: { type: 'string' }, handle: { type: 'string' } },
  required: ['detail', 'handle'],
} as const

/** A code that was mailed, with the handle of the client that asked for it. */
export function codeHandleFields() {
  return { handle: charField(), code: charField({ maxLength: 32 }) }
}
