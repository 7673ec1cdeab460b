/** What logins by code and by link share: a request's field and neutral answer, and what a confirmation asks for. */
import { message } from '../../i18n/message.ts'
import type { SignInWish } from '../../core/accounts/mail-proof.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Context } from './define-route.ts'
import { trustTokenOf } from './device-trust.ts'
import { emailField } from './fields.ts'

/** The field of a request for a mail that logs in. */
export function mailedLoginFields(settings: Pick<Settings, 'ACCOUNT_EMAIL_MAX_LENGTH'>) {
  return { email: emailField({ maxLength: settings.ACCOUNT_EMAIL_MAX_LENGTH }) }
}

/** The credentials that a confirmation asks for, and what spares it steps. */
export function wishOf(context: Context, trustToken: string | undefined): SignInWish {
  const { settings } = context.deps
  return {
    trustToken: trustTokenOf(context, trustToken),
    sessionKey: context.cookies[settings.SESSION_COOKIE_NAME],
    wanted: wantedBy(settings, settings.SESSION_LOGIN),
  }
}

/** The answer to a request for a login by mail, the same for known and unknown addresses (user enumeration). */
export const MAIL_UNDERWAY = message('mail_underway')
