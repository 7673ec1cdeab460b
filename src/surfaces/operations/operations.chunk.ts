/** Read by what watches the service, and by other services that verify our tokens. */
export { selectProblem } from '../../core/mail/counters.sql.ts'
export { publicJwks } from '../../core/tokens/jwt-keys.ts'
export { readMigrationState } from '../../db/migrations.ts'
export { serveMailEvent } from './serve-mail-event.ts'
export { serveMetrics } from './metrics.ts'
