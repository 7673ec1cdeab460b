/**
 * Endpoints about the caller's own account that dj-rest-auth does not have: addresses, sessions, deletion, data export.
 * Each exists under a setting, so most isolates never load this.
 */
export { emailUndoRoute } from './email-undo.ts'
export { userDeleteRoute, userDeleteUndoRoute } from './user-delete.ts'
export { userExportRoute } from './user-export.ts'
export { logoutAllRoute } from './logout-all.ts'
export { sessionRoute, sessionsRoute } from './sessions.ts'
export { emailResendRoute, emailRoute, emailsRoute } from './emails.ts'
