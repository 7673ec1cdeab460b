/** The endpoints of a visit after its login: the user, refresh, logout; and what other Workers ask for. */
export { logoutRoute } from './logout.ts'
export { jwksForWorker, userForWorker, verifyForWorker } from './other-workers.ts'
export { tokenIntrospectRoute } from './token-introspect.ts'
export { tokenRefreshRoute } from './token-refresh.ts'
export { tokenVerifyRoute } from './token-verify.ts'
export { userRoute } from './user.ts'
