import {
  changePassword,
  countRefusedChange,
  isPasswordRight,
  newPasswordErrors,
} from '../../core/accounts/change-password.ts'
import { sessionCookie } from '../../web/cookies.ts'
import { fieldErrors, throttled, type FieldErrors } from '../../web/errors.ts'
import { passwordField, type Fields, type FieldValues } from './fields.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import type { Settings } from '../../settings/parse.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { requireUser } from './user.ts'

const PASSWORD_MAX_LENGTH = 128
const WRONG_OLD_PASSWORD = 'Your old password was entered incorrectly. Please enter it again.'

/** The message of two new passwords that differ (Django: `SetPasswordForm`). */
export const MISMATCH = 'The two password fields didn’t match.'

/** The two fields of a new password. */
export function newPasswordFields(settings: Settings): Fields {
  const trim = settings.TRIM_PASSWORDS
  return {
    new_password1: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
    new_password2: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }),
  }
}

/** `password/change/`: a new password for the caller (dj-rest-auth: `PasswordChangeView`). */
export const passwordChangeRoute = defineRoute({
  name: 'Password Change',
  description:
    'Calls Django Auth SetPasswordForm save method.\n\nAccepts the following POST parameters: new_password1, new_password2\nReturns the success/fail message.',
  access: 'authenticated',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Change the own password',
      input: (settings) => ({
        ...(settings.OLD_PASSWORD_FIELD_ENABLED
          ? {
              old_password: passwordField({
                trim: settings.TRIM_PASSWORDS,
                maxLength: PASSWORD_MAX_LENGTH,
              }),
            }
          : {}),
        ...newPasswordFields(settings),
      }),
      moreErrors: async (context, values) => {
        const errors = await oldPasswordErrors(context, values)
        await countRefusal(context, undefined)
        return errors
      },
      responses: () => ({
        200: detailResponse('Changed.'),
        400: fieldErrorsResponse(),
      }),
      handle: handleChange,
    },
  },
})

async function oldPasswordErrors(context: Context, values: FieldValues): Promise<FieldErrors> {
  const old = values['old_password']
  if (typeof old !== 'string') return {}
  const isRight = await isPasswordRight(context.deps, requireUser(context), old)
  return isRight ? {} : { old_password: [WRONG_OLD_PASSWORD] }
}

async function handleChange(context: Context, values: FieldValues): Promise<Reply> {
  const { deps } = context
  const { settings, now } = deps
  const user = requireUser(context)
  const wrongOld = await oldPasswordErrors(context, values)
  const password = values['new_password1'] ?? ''
  const messages =
    password === values['new_password2']
      ? await newPasswordErrors(settings, user, password)
      : [MISMATCH]
  const isNewGood = messages.length === 0
  const isOldWrong = Object.keys(wrongOld).length > 0
  if (isOldWrong || !isNewGood) {
    await countRefusal(context, isNewGood ? password : undefined)
    throw fieldErrors(isOldWrong ? wrongOld : { new_password2: messages })
  }

  const sessionKey = context.cookies[settings.SESSION_COOKIE_NAME]
  const outcome = await changePassword(deps, user, password, sessionKey)
  switch (outcome.kind) {
    case 'changed':
      return {
        body: { detail: 'New password has been saved.' },
        cookies:
          outcome.sessionKey === undefined
            ? []
            : [sessionCookie(settings, outcome.sessionKey, now)],
      }
    case 'outdated':
      throw fieldErrors({ old_password: [WRONG_OLD_PASSWORD] })
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}

/** Where the old password is asked for, every answer that judges it counts as a guess. */
async function countRefusal(context: Context, goodPassword: string | undefined): Promise<void> {
  if (!context.deps.settings.OLD_PASSWORD_FIELD_ENABLED) return
  const refused = await countRefusedChange(context.deps, requireUser(context), goodPassword)
  if (refused !== undefined) throw throttled(refused.waitSeconds)
}
