/**
 * What serves any endpoint, and the endpoints of every visit: login, refresh, logout, the user. Loaded with the first
 * request that an endpoint or a page answers, so it holds nothing that such a request rarely needs.
 */
export { openDeps } from '../../request-deps.ts'
export { loginRoute } from './login.ts'
export { logoutRoute } from './logout.ts'
export { jwksForWorker, userForWorker, verifyForWorker } from './other-workers.ts'
export { serveRoute } from './serve-route.ts'
export { tokenIntrospectRoute } from './token-introspect.ts'
export { tokenRefreshRoute } from './token-refresh.ts'
export { tokenVerifyRoute } from './token-verify.ts'
export { userRoute } from './user.ts'
