/** Packages that providers need: read when a login is begun, or an ID token is verified. */
export { appleClientSecret } from './apple-client-secret.ts'
export { arcticAuthorizationUrl } from './arctic.ts'
export { verify } from './verify-id-token.ts'
