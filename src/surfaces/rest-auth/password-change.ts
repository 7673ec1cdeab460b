/**
 * Changing the caller's own password. Rules and consequences (which logins end, who is notified) are in
 * `core/accounts/change-password.ts`.
 */
import { callerContext } from './login-choices.ts'
import { message } from '../../i18n/message.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import {
  changePassword,
  judgeOldPassword,
  type PasswordChangeOutcome,
} from '../../core/accounts/change-password.ts'
import type { Credentials } from '../../core/sign-in/credentials.ts'
import { proofOfRecentCaller } from '../../core/tokens/recent-proof.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import { settingsOfLogin } from '../../settings/remember.ts'
import { accountNeedsRecentProof } from '../../settings/step-up.ts'
import { jwtCookies, sessionCookie } from '../../web/cookies.ts'
import { throttled } from '../../web/errors.ts'
import {
  defineRoute,
  type Reply,
  type ResponseDescription,
  type UserContext,
} from './define-route.ts'
import { passwordField } from './fields.ts'
import { newPasswordFields } from './new-password.ts'
import { PASSWORD_MAX_LENGTH } from '../../core/passwords/new-password.ts'
import { faultError, faultMessages } from './sentences.ts'
import { detailResponse, fieldErrorsResponse, jwtPairSchema } from './schemas.ts'
import { jwtPairBody } from './serializers.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * `password/change/`: sets a new password for the caller (dj-rest-auth: `PasswordChangeView`).
 *
 * 200 with a sentence, and the credentials that replace those that the change ends; 400 by field, `old_password`
 * among them where `OLD_PASSWORD_FIELD_ENABLED` asks for it; 429 after too many wrong old passwords: without that
 * limit, a stolen session could guess it.
 */
export const passwordChangeRoute = defineRoute({
  name: 'Password Change',
  when: hasPasswordLogin,
  description:
    'Calls Django Auth SetPasswordForm save method.\n\nAccepts the following POST parameters: new_password1, new_password2\nReturns the success/fail message.',
  access: 'authenticated',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Change the own password',
      turnstile: 'change_password',
      recentProof: accountNeedsRecentProof,
      input: changeFields,
      moreErrors: async ({ deps, caller }, values) => {
        const judged = await judgeOldPassword(deps, caller.user, values.old_password)
        if (judged.kind === 'throttled') throw throttled(judged.waitSeconds)
        return faultMessages(judged.faults)
      },
      responses: (
        settings: Pick<
          Settings,
          'JWT_AUTH_LEGACY_FIELDS' | 'JWT_AUTH_RETURN_EXPIRATION' | 'USE_JWT'
        > &
          PolicyOf<'passwords'>,
      ) => ({
        200: changedResponse(settings),
        400: fieldErrorsResponse(),
      }),
      handle: async (given, values) => {
        const context = callerContext(given)
        const { deps, caller } = context
        const outcome = await changePassword(deps, {
          user: caller.user,
          oldPassword: values.old_password,
          newPassword1: values.new_password1,
          newPassword2: values.new_password2,
          ...signedInBy(context),
          proof: accountNeedsRecentProof(deps.settings)
            ? proofOfRecentCaller(deps, caller)
            : undefined,
        })
        return replyTo(context, outcome)
      },
    },
  },
})

/** How the caller is signed in; this login survives the change, others may end. */
function signedInBy({ deps, caller, cookies }: UserContext) {
  return {
    sessionKey: cookies[deps.settings.SESSION_COOKIE_NAME],
    isByJwt: caller.by === 'jwt',
    isRemembered: !('isRemembered' in caller.credential),
  }
}

function changeFields(
  settings: Pick<Settings, 'OLD_PASSWORD_FIELD_ENABLED'> & PolicyOf<'passwords'>,
) {
  const trim = settings.policy.passwords.areTrimmed
  return {
    ...(settings.OLD_PASSWORD_FIELD_ENABLED
      ? { old_password: passwordField({ trim, maxLength: PASSWORD_MAX_LENGTH }) }
      : {}),
    ...newPasswordFields(settings),
  }
}

function replyTo({ deps }: UserContext, outcome: PasswordChangeOutcome): Reply {
  switch (outcome.kind) {
    case 'changed':
      return changedReply(deps, outcome.credentials)
    case 'invalid':
      throw faultError(outcome.faults)
    case 'outdated':
      throw faultError([{ field: 'old_password', code: 'old_password_wrong' }])
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}

function changedResponse(
  settings: Pick<Settings, 'JWT_AUTH_LEGACY_FIELDS' | 'JWT_AUTH_RETURN_EXPIRATION' | 'USE_JWT'> &
    PolicyOf<'passwords'>,
): ResponseDescription {
  if (!settings.USE_JWT || !settings.policy.passwords.changeEndsLogins) {
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

/** Adds the new JWT pair beside the sentence, with its cookies, in the form of a login's answer. */
function changedReply(
  { settings: usual, now }: Deps,
  { jwt, sessionKey, isRemembered = true }: Credentials,
): Reply {
  const settings = settingsOfLogin(usual, isRemembered)
  return {
    body: {
      detail: message('password_saved'),
      ...(jwt === undefined ? {} : jwtPairBody(settings, jwt, 'login')),
    },
    cookies: [
      ...(jwt === undefined ? [] : jwtCookies(settings, jwt, now)),
      ...(sessionKey === undefined ? [] : [sessionCookie(settings, sessionKey, now)]),
    ],
  }
}
