/**
 * Every table: migrations are generated from here. Random secrets are stored as SHA-256 or sealed, never in clear: a dump
 * of the database cannot be used to log in. What serves requests imports the file of a table instead, so that an
 * isolate's first login does not read all of them.
 */
export * from './addresses.ts'
export * from './audit.ts'
export * from './confirmations.ts'
export * from './credentials.ts'
export * from './dev-mailbox.ts'
export * from './lifecycle.ts'
export * from './limits.ts'
export * from './mail.ts'
export * from './operator.ts'
export * from './own-fields.ts'
export * from './passkeys.ts'
export * from './public-ids.ts'
export * from './recent-proofs.ts'
export * from './refresh.ts'
export * from './roles.ts'
export * from './second-factor.ts'
export * from './social.ts'
export * from './used-once.ts'
export * from './users.ts'
export * from './webhooks.ts'
