/**
 * What serves any endpoint, and dj-rest-auth's own endpoints. Loaded with the first request that an endpoint or a
 * page answers.
 */
export { openDeps } from '../../request-deps.ts'
export { loginRoute } from './login.ts'
export { logoutAllRoute } from './logout-all.ts'
export { logoutRoute } from './logout.ts'
export { jwksForWorker, userForWorker, verifyForWorker } from './other-workers.ts'
export { passwordChangeRoute } from './password-change.ts'
export { passwordResetConfirmRoute } from './password-reset-confirm.ts'
export { passwordResetRoute } from './password-reset.ts'
export { registrationRoute } from './registration.ts'
export { resendEmailRoute } from './resend-email.ts'
export { serveRoute } from './serve-route.ts'
export { sessionRoute, sessionsRoute } from './sessions.ts'
export { tokenIntrospectRoute } from './token-introspect.ts'
export { tokenRefreshRoute } from './token-refresh.ts'
export { tokenVerifyRoute } from './token-verify.ts'
export { userRoute } from './user.ts'
export { verifyEmailRoute } from './verify-email.ts'
