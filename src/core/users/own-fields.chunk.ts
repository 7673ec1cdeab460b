/** Read where `USER_FIELDS` declares any. */
export { uniqueValues, withDefaults, writableFields } from './own-fields.ts'
export { readOwnFields } from './read-own-fields.ts'
