/** Read with the first ceremony: most isolates never see one. */
export { verifyAssertion, verifyRegistration } from './verify.ts'
