/** The built-in pages, loaded with the first of them. */
export { accountPage } from './account.ts'
export { scriptResponse, styleResponse } from './assets.ts'
export {
  devEmailHtml,
  devEmailPage,
  devMailboxJson,
  devMailboxPage,
  emailHtmlResponse,
  emptyDevMailbox,
} from './dev-mailbox.ts'
export { pageContext, pageResponse, refusedForm } from './document.ts'
export { aboutOf, emailPreviewPage, emailPreviewsPage, previewEmail } from './email-previews.ts'
export { loginCodePage, loginLinkPage } from './mailed-login.ts'
export { overviewPage } from './overview.ts'
export { forgotPasswordPage, setPasswordPage } from './passwords.ts'
export { securityPage } from './security.ts'
export { signInPage } from './sign-in.ts'
export { signUpPage } from './sign-up.ts'
export { socialCallbackPage } from './social.ts'
export { undoDeletionPage, undoEmailPage } from './undo.ts'
export { confirmEmailPage, verificationSentPage } from './verify-email.ts'
