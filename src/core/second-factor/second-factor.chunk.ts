/** What second factors need a package for: passkey ceremonies, and the QR code of a new authenticator app. */
export { qrCodeDataUri } from './qr-code.ts'
export { verifyAssertion, verifyRegistration } from './webauthn/verify.ts'
