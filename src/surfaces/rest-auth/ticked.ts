/** Yes-or-no fields that dj-rest-auth does not know: unlike DRF's `BooleanField` they never refuse a request. */
import { JsonNumber, type JsonValue } from '../../web/json.ts'
import { jsonField } from './fields.ts'

/** A boolean field of ours, which counts as false where it is missing or odd. */
export function tickField() {
  return jsonField({ required: false, isOurs: true })
}

/** What DRF's `BooleanField` takes for true, ignoring case: browsers send `on` of a ticked box. */
const TRUE_WORDS: ReadonlySet<string> = new Set(['t', 'y', 'yes', 'true', 'on', '1'])

/** Whether such a field says yes, in JSON or a form. */
export function isTicked(given: JsonValue | undefined): boolean {
  if (typeof given === 'boolean') return given
  if (given instanceof JsonNumber) return Number(given.text) === 1
  return typeof given === 'string' && TRUE_WORDS.has(given.trim().toLowerCase())
}
