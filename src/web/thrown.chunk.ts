/** Read with the first error that no answer was made of where it was thrown. */
export { databaseCode, isUnmigrated } from '../db/constraint.ts'
export { asApiError } from './thrown.ts'
