/**
 * What serves any endpoint, and the login. Loaded with the first request that an endpoint or a page answers, so it holds
 * nothing that such a request rarely needs.
 */
export { openDeps } from '../../request-deps.ts'
export { loginRoute } from './login.ts'
export { serveRoute } from './serve-route.ts'
