/** Asking hooks: read where there are any. */
export { askHook, claimsOf } from './ask-hook.ts'
