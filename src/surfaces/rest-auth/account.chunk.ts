/** What accounts do with themselves beyond dj-rest-auth: read where a setting turns it on and somebody asks. */
export { emailUndoRoute } from './email-undo.ts'
export { emailResendRoute, emailRoute, emailsRoute } from './emails.ts'
