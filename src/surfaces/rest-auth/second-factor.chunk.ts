/**
 * Endpoints of second factors: TOTP, recovery codes, passkeys, step-up. Loaded with the first request for one of
 * them.
 */
export { recoveryCodesRoute, regenerateRoute } from './mfa-recovery-codes.ts'
export { mfaStatusRoute } from './mfa-status.ts'
export { totpActivateRoute, totpDeactivateRoute } from './mfa-totp.ts'
export { MFA_LOGIN_VIEW, mfaVerifyRoute } from './mfa-verify.ts'
export { passkeyLoginBeginRoute, passkeyLoginCompleteRoute } from './passkeys-login.ts'
export { passkeyRegisterBeginRoute, passkeyRegisterCompleteRoute } from './passkeys-register.ts'
export { passkeyRoute, passkeysRoute } from './passkeys.ts'
export { reauthenticateRoute } from './reauthenticate.ts'
