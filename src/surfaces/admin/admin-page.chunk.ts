/** The operator's page: read when somebody first opens it. */
export { serveAdminPage, serveAdminScript, serveAdminStyle } from './admin-page.ts'
