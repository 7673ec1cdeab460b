/** Read with the first login by mail. */
export { loginCodeConfirmRoute, loginCodeRequestRoute } from './login-code.ts'
export { loginLinkConfirmRoute, loginLinkRequestRoute } from './login-link.ts'
