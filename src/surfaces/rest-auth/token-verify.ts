import { refused } from '../../core/tokens/jwt.ts'
import { checkToken } from '../../core/sign-in/verify-token.ts'
import { nonFieldError, unauthenticated } from '../../web/errors.ts'
import { charField } from './fields.ts'
import { defineRoute } from './define-route.ts'
import { detailResponse } from './schemas.ts'
import { jwtChallenge } from './token-refresh.ts'

/** `token/verify/`: whether a JWT is good (simplejwt: `TokenVerifyView`). */
export const tokenVerifyRoute = defineRoute({
  name: 'Token Verify',
  description:
    "Takes a token and indicates if it is valid.  This view provides no\ninformation about a token's fitness for a particular use.",
  when: (settings) => settings.USE_JWT,
  access: 'anyone',
  authentication: 'none',
  isThrottled: (settings) => settings.THROTTLE_ALL_ENDPOINTS,
  methods: {
    POST: {
      summary: 'Check a token',
      input: () => ({ token: charField() }),
      responses: () => ({
        200: { description: 'The token is good.', schema: { type: 'object' } },
        401: detailResponse('The token is refused.'),
      }),
      handle: async ({ deps }, values) => {
        const { settings } = deps
        const outcome = await checkToken(deps, values['token'] ?? '')
        if (outcome.kind === 'verified') return { body: {} }
        // The reference says it as a validation error; clients expect a refused token to be 401.
        const isValidationError =
          outcome.kind === 'blacklisted' && !settings.TOKEN_VERIFY_CHECKS_BLACKLIST
        if (isValidationError) throw nonFieldError('Token is blacklisted')
        const fault =
          outcome.kind === 'refused' ? outcome : refused(settings, 'Token is blacklisted')
        throw unauthenticated(
          { detail: fault.message, code: 'token_not_valid' },
          jwtChallenge(settings),
        )
      },
    },
  },
})
