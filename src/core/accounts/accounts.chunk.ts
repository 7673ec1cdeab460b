/** Ways of proving an address that settings turn on: mailed codes, and addresses that users manage themselves. */
export { verifyManagedAddress } from './address-change.ts'
export { confirmResetByCode, requestResetByCode } from './reset-by-code.ts'
export { resendByCode, verificationByCode, verifyEmailByCode } from './verify-by-code.ts'
