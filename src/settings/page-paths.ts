/**
 * Where the built-in pages lie under `URL_PREFIX`. The three that mails link are upstream's own URLs, so
 * links in mails that Django sent still lead somewhere.
 */
export const PAGE_PATHS = {
  signIn: 'pages/sign-in/',
  signUp: 'pages/sign-up/',
  forgotPassword: 'pages/forgot-password/',
  account: 'pages/account/',
  security: 'pages/security/',
  undoEmail: 'pages/undo-email/',
  undoDeletion: 'pages/undo-deletion/',
  style: 'pages/style.css',
  script: 'pages/script.js',
  securityScript: 'pages/security.js',
  confirmEmail: 'registration/account-confirm-email/',
  /** What a mailed login link opens; the key comes after `#`. */
  loginLink: 'pages/sign-in/link/',
  loginCode: 'pages/sign-in/code/',
  socialCallback: 'pages/callback/',
  verificationSent: 'registration/account-email-verification-sent/',
  setPassword: 'password/reset/confirm/',
  devMailbox: 'dev/mailbox/',
  devEmails: 'dev/emails/',
} as const
