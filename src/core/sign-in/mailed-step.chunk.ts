/** Entry of the chunk that is read where `ACCOUNT_LOGIN_BY_CODE_REQUIRED` asks for a code. */
export { mailLoginStep } from './mailed-step.ts'
