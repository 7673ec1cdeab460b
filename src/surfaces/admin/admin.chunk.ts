/** The operator's API: read when somebody first calls it. */
export { serveAdminApi } from './serve-admin.ts'
export { adminOpenApi } from './openapi.ts'
