/** Look-ups that a new password is checked by, and no login needs. */
export { findBreach } from './breach-range.ts'
export { isCommonPassword } from './common-passwords.ts'
