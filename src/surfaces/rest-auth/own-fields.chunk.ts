/** Read where `USER_FIELDS` declares any. */
export { describeOwnFields } from './own-field-options.ts'
export { readOwnBody } from './own-fields.ts'
