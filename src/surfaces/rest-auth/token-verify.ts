/** simplejwt's check of a JWT. */
import { message } from '../../i18n/message.ts'
import { refuseToken, type JwtSettings } from '../../core/tokens/jwt.ts'
import { checkToken, type CheckOutcome } from '../../core/sign-in/verify-token.ts'
import { nonFieldError } from '../../web/errors.ts'
import type { Settings } from '../../settings/parse.ts'
import { invalidToken } from './invalid-token.ts'
import { charField } from './fields.ts'
import { defineRoute, type Reply } from './define-route.ts'
import { detailResponse } from './schemas.ts'

/**
 * `token/verify/`: whether a JWT of any type is valid and not blacklisted (simplejwt: `TokenVerifyView`). 200 with
 * `{}`, 401 otherwise. It says nothing of the account behind it; that is `token/introspect/`.
 */
export const tokenVerifyRoute = defineRoute({
  name: 'Token Verify',
  description:
    "Takes a token and indicates if it is valid.  This view provides no\ninformation about a token's fitness for a particular use.",
  when: (settings) => settings.USE_JWT,
  access: 'anyone',
  authentication: 'none',
  isThrottled: (settings) => settings.policy.endpoints.allAreThrottled,
  methods: {
    POST: {
      summary: 'Check a token',
      input: () => ({ token: charField() }),
      responses: () => ({
        200: { description: 'The token is good.', schema: { type: 'object' } },
        401: detailResponse('The token is refused.'),
      }),
      handle: async ({ deps }, values) =>
        replyTo(deps.settings, await checkToken(deps, values.token)),
    },
  },
})

function replyTo(
  settings: JwtSettings & Pick<Settings, 'SIMPLE_JWT_AUTH_HEADER_TYPES'>,
  outcome: CheckOutcome,
): Reply {
  if (outcome.kind === 'verified') return { body: {} }
  if (outcome.kind === 'refused') throw invalidToken(settings, message(outcome.code))
  // The reference says it as a validation error; clients expect a refused token to be 401.
  const isReference =
    !settings.policy.tokens.verifyChecksBlacklist && !settings.policy.tokens.verifyChecksLogin
  if (isReference) throw nonFieldError(message('jwt_blacklisted'))
  throw invalidToken(settings, message(refuseToken(settings, 'jwt_blacklisted').code))
}
