/** What accounts do with themselves beyond dj-rest-auth: read where a setting turns it on and somebody asks. */
export { emailUndoRoute } from './email-undo.ts'
export { userDeleteRoute, userDeleteUndoRoute } from './user-delete.ts'
export { userExportRoute } from './user-export.ts'
export { emailResendRoute, emailRoute, emailsRoute } from './emails.ts'
