/** Asking hooks: read where there are any. */
export { callHook, claimsOf } from './call-hook.ts'
