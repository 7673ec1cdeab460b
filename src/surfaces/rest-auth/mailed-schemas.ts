/**
 * Parts that logins by code and by link share: the neutral answer of a request, the fields of a confirmation, and
 * their JSON Schema.
 */
import { message } from '../../i18n/message.ts'
import { charField } from './fields.ts'

/** The answer to a request for a login by mail, the same for known and unknown addresses (user enumeration). */
export const MAIL_UNDERWAY = message('mail_underway')

/** JSON Schema of that answer with the handle, which the confirmation needs in addition to the code. */
export const handleSchema = {
  type: 'object',
  properties: { detail: { type: 'string' }, handle: { type: 'string' } },
  required: ['detail', 'handle'],
} as const

/** The fields of a confirmation: the code from the mail, and the handle that its request answered. */
export function codeHandleFields() {
  return { handle: charField(), code: charField({ maxLength: 32 }) }
}
