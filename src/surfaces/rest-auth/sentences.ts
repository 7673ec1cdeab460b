/**
 * From the core's fault codes to the sentences of DRF, allauth and Django. The core knows codes alone, so that
 * another surface can word them its own way.
 */
import type { Fault } from '../../core/faults.ts'
import { Message, message } from '../../i18n/message.ts'
import { USER_ATTRIBUTES } from '../../settings/user-attributes.ts'
import { fieldErrors, type ApiError, type FieldErrors } from '../../web/errors.ts'
import { nested } from './more-body.ts'

/** The message of a fault. Most codes have one of their own; some depend on the value, as in Django. */
export function faultMessage({ code, params = {} }: Fault): Message {
  switch (code) {
    case 'invitation_required':
      return message('required')
    case 'password_too_short':
      return new Message(params['min'] === 1 ? 'password_too_short_one' : code, params)
    case 'password_too_similar':
      return message(code, { attribute: verboseName(params['attribute']) })
    default:
      return new Message(code, params)
  }
}

/** Django's verbose name of a column, which its uniqueness messages contain. */
function verboseName(column: unknown): string | Message {
  const attribute = USER_ATTRIBUTES.find((known) => known === column)
  return attribute === undefined ? String(column) : message(`attribute_${attribute}`)
}

/**
 * Faults as messages by field, nested for groups of custom fields; faults of the whole input under
 * `non_field_errors`.
 */
export function faultMessages(faults: readonly Fault[]): FieldErrors {
  const errors: Record<string, Message[]> = {}
  for (const fault of faults) {
    ;(errors[fault.field ?? 'non_field_errors'] ??= []).push(faultMessage(fault))
  }
  // Fields of a group lie in it.
  return nested(Object.entries(errors))
}

/** 400 with those messages. */
export function faultError(faults: readonly Fault[]): ApiError {
  return fieldErrors(faultMessages(faults))
}
