/** Endpoints that an account needs once in a while: registration, confirmation of its address, passwords. */
export { passwordChangeRoute } from './password-change.ts'
export { passwordResetConfirmRoute } from './password-reset-confirm.ts'
export { passwordResetRoute } from './password-reset.ts'
export { registrationRoute } from './registration.ts'
export { resendEmailRoute } from './resend-email.ts'
export { verifyEmailRoute } from './verify-email.ts'
