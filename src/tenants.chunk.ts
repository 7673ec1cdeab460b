/** Read where one Worker serves several tenants. */
export { byHost } from './tenants.ts'
