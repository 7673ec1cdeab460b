/** The operator's API and page: read when someone first calls for one of them. */
export { serveAdminPage, serveAdminScript, serveAdminStyle } from './admin-page.ts'
export { adminOpenApi } from './openapi.ts'
export { serveAdminApi } from './serve-admin.ts'
