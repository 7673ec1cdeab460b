/** Read where `USER_FIELDS` declares any. */
export { readOwnFields, uniqueValues, withDefaults, writableFields } from './own-fields.ts'
