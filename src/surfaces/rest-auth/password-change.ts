import {
  changePassword,
  countRefusedChange,
  isPasswordRight,
  newPasswordErrors,
  type PasswordChangeOutcome,
} from '../../core/accounts/change-password.ts'
import type { Credentials } from '../../core/sign-in/credentials.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import { jwtCookies, sessionCookie } from '../../web/cookies.ts'
import { fieldErrors, throttled, type FieldErrors } from '../../web/errors.ts'
import {
  defineRoute,
  type Reply,
  type ResponseDescription,
  type UserContext,
} from './define-route.ts'
import { passwordField, type ValuesOf } from './fields.ts'
import { MISMATCH, newPasswordFields, PASSWORD_MAX_LENGTH } from './new-password.ts'
import { detailResponse, fieldErrorsResponse, jwtPairSchema } from './schemas.ts'
import { jwtPairBody } from './serializers.ts'

const WRONG_OLD_PASSWORD = 'Your old password was entered incorrectly. Please enter it again.'

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
      turnstile: 'change_password',
      input: changeFields,
      moreErrors: async (context, values) => {
        const errors = await oldPasswordErrors(context, values)
        await countRefusal(context, undefined)
        return errors
      },
      responses: (settings: Settings) => ({
        200: changedResponse(settings),
        400: fieldErrorsResponse(),
      }),
      handle: async (context, values) => {
        const { deps, caller, cookies } = context
        await requireGoodPasswords(context, values)
        const outcome = await changePassword(deps, {
          user: caller.user,
          password: values.new_password1,
          sessionKey: cookies[deps.settings.SESSION_COOKIE_NAME],
          isByJwt: caller.by === 'jwt',
          by: 'owner',
        })
        return replyTo(context, outcome)
      },
    },
  },
})

function changeFields(settings: Settings) {
  const trim = settings.TRIM_PASSWORDS
  return {
    ...(settings.OLD_PASSWORD_FIELD_ENABLED
      ? { old_password: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }) }
      : {}),
    ...newPasswordFields(settings),
  }
}

type Values = ValuesOf<ReturnType<typeof changeFields>>

async function oldPasswordErrors(
  { deps, caller }: UserContext,
  { old_password: old }: Pick<Values, 'old_password'>,
): Promise<FieldErrors> {
  if (old === undefined) return {}
  const isRight = await isPasswordRight(deps, caller.user, old)
  return isRight ? {} : { old_password: [WRONG_OLD_PASSWORD] }
}

async function requireGoodPasswords(context: UserContext, values: Values): Promise<void> {
  const wrongOld = await oldPasswordErrors(context, values)
  const password = values.new_password1
  const messages =
    password === values.new_password2
      ? await newPasswordErrors(context.deps.settings, context.caller.user, password)
      : [MISMATCH]
  const isNewGood = messages.length === 0
  const isOldWrong = Object.keys(wrongOld).length > 0
  if (!isOldWrong && isNewGood) return
  await countRefusal(context, isNewGood ? password : undefined)
  throw fieldErrors(isOldWrong ? wrongOld : { new_password2: messages })
}

function replyTo({ deps }: UserContext, outcome: PasswordChangeOutcome): Reply {
  switch (outcome.kind) {
    case 'changed':
      return changedReply(deps, outcome.credentials)
    case 'outdated':
      throw fieldErrors({ old_password: [WRONG_OLD_PASSWORD] })
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}

function changedResponse(settings: Settings): ResponseDescription {
  if (!settings.USE_JWT || !settings.REVOKE_TOKENS_ON_PASSWORD_CHANGE) {
    return detailResponse('Changed.')
  }
  return {
    description: 'Changed; a JWT caller gets the pair that replaces the revoked one.',
    schema: {
      type: 'object',
      properties: { detail: { type: 'string' }, ...jwtPairSchema(settings) },
      required: ['detail'],
    },
  }
}

/** The pair that replaces a JWT caller's stands beside the sentence, with its cookies, as a login has it. */
function changedReply({ settings, now }: Deps, { jwt, sessionKey }: Credentials): Reply {
  return {
    body: {
      detail: 'New password has been saved.',
      ...(jwt === undefined ? {} : jwtPairBody(settings, jwt, 'login')),
    },
    cookies: [
      ...(jwt === undefined ? [] : jwtCookies(settings, jwt, now)),
      ...(sessionKey === undefined ? [] : [sessionCookie(settings, sessionKey, now)]),
    ],
  }
}

/** Where the old password is asked for, every answer that judges it counts as a guess. */
async function countRefusal(
  { deps, caller }: UserContext,
  goodPassword: string | undefined,
): Promise<void> {
  if (!deps.settings.OLD_PASSWORD_FIELD_ENABLED) return
  const refused = await countRefusedChange(deps, caller.user, goodPassword)
  if (refused !== undefined) throw throttled(refused.waitSeconds)
}
