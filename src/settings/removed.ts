/** Upstream names that were renamed or removed: what to set instead. */
export const removedSettings: Readonly<Record<string, string>> = {
  ACCOUNT_AUTHENTICATION_METHOD: 'was replaced by ACCOUNT_LOGIN_METHODS',
  ACCOUNT_EMAIL_REQUIRED: 'was replaced by ACCOUNT_SIGNUP_FIELDS ("email*")',
  ACCOUNT_USERNAME_REQUIRED: 'was replaced by ACCOUNT_SIGNUP_FIELDS ("username*")',
  ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE: 'was replaced by ACCOUNT_SIGNUP_FIELDS ("password2*")',
  ACCOUNT_SIGNUP_EMAIL_ENTER_TWICE: 'was replaced by ACCOUNT_SIGNUP_FIELDS ("email2*")',
  ACCOUNT_LOGIN_ATTEMPTS_LIMIT: 'was replaced by ACCOUNT_RATE_LIMITS ("login_failed")',
  ACCOUNT_LOGIN_ATTEMPTS_TIMEOUT: 'was replaced by ACCOUNT_RATE_LIMITS ("login_failed")',
  ACCOUNT_EMAIL_CONFIRMATION_COOLDOWN: 'was replaced by ACCOUNT_RATE_LIMITS ("confirm_email")',
  REST_USE_JWT: 'was renamed to USE_JWT',
  REST_SESSION_LOGIN: 'was renamed to SESSION_LOGIN',
  REST_AUTH_TOKEN_MODEL: 'was renamed to TOKEN_MODEL',
  REST_AUTH_SERIALIZERS: 'was removed: responses are as dj-rest-auth gives them',
  JWT_ACCESS_TOKEN_LIFETIME: 'is spelled SIMPLE_JWT_ACCESS_TOKEN_LIFETIME',
  JWT_REFRESH_TOKEN_LIFETIME: 'is spelled SIMPLE_JWT_REFRESH_TOKEN_LIFETIME',
}
