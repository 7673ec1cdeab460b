/** Ways of logging in, by allauth's names, after which a mailed code may be asked for. */
export const MAILED_STEP_METHODS = ['password', 'socialaccount', 'mfa'] as const

/** Value of `ACCOUNT_LOGIN_BY_CODE_REQUIRED`: all of them, none, or some. */
export type MailedStepMethods = boolean | readonly (typeof MAILED_STEP_METHODS)[number][]
