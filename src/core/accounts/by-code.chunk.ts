/** Read where an address is verified, or a password reset, by a mailed code. */
export { confirmResetByCode, requestResetByCode } from './reset-by-code.ts'
export { resendByCode, verificationByCode, verifyEmailByCode } from './verify-by-code.ts'
