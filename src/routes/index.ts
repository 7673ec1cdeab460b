import type { Page } from '../http/page.ts'
import type { Route } from '../http/route.ts'
import type { Settings } from '../settings/parse.ts'
import { loginRoute } from './login.ts'
import { logoutRoute } from './logout.ts'
import { passwordChangeRoute } from './password-change.ts'
import { passwordResetConfirmRoute } from './password-reset-confirm.ts'
import { passwordResetRoute } from './password-reset.ts'
import { resendEmailRoute } from './registration-resend-email.ts'
import { verifyEmailRoute } from './registration-verify-email.ts'
import { registrationRoute } from './registration.ts'
import { tokenRefreshRoute } from './token-refresh.ts'
import { tokenVerifyRoute } from './token-verify.ts'
import { userRoute } from './user.ts'

/** The table: an endpoint's path under `URL_PREFIX` stands here and nowhere else. */
export const routes: Readonly<Record<string, Route>> = {
  'login/': loginRoute,
  'logout/': logoutRoute,
  'password/change/': passwordChangeRoute,
  'password/reset/': passwordResetRoute,
  'password/reset/confirm/': passwordResetConfirmRoute,
  'registration/': registrationRoute,
  'registration/resend-email/': resendEmailRoute,
  'registration/verify-email/': verifyEmailRoute,
  'token/refresh/': tokenRefreshRoute,
  'token/verify/': tokenVerifyRoute,
  'user/': userRoute,
}

/** What is served beside the endpoints. */
export function pages(_settings: Settings): readonly Page[] {
  return []
}
