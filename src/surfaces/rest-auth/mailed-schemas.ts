/** The handle of a mailed code: how a request answers it, and a confirmation takes it. */
import { charField } from './fields.ts'

/** JSON Schema of the answer to a request for a code: the confirmation needs the handle in addition to the code. */
export const handleSchema = {
  type: 'object',
  properties: { detail: { type: 'string' }, handle: { type: 'string' } },
  required: ['detail', 'handle'],
} as const

/** The fields of a confirmation: the code from the mail, and the handle that its request answered. */
export function codeHandleFields() {
  return { handle: charField(), code: charField({ maxLength: 32 }) }
}
