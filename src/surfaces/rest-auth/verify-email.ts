import { verifyEmail } from '../../core/accounts/verify-email.ts'
import { notFound } from '../../web/errors.ts'
import { charField } from './fields.ts'
import { defineRoute } from './define-route.ts'
import { detailResponse } from './schemas.ts'

/** `registration/verify-email/`: the key of a verification mail (dj-rest-auth: `VerifyEmailView`). */
export const verifyEmailRoute = defineRoute({
  name: 'Verify Email',
  description:
    'Verifies the email associated with the provided key.\n\nAccepts the following POST parameter: key.',
  access: 'anyone',
  isThrottled: (settings) => settings.THROTTLE_ALL_ENDPOINTS,
  allow: ['POST', 'OPTIONS', 'HEAD'],
  methods: {
    POST: {
      summary: 'Verify an e-mail address',
      input: () => ({ key: charField() }),
      responses: () => ({
        200: detailResponse('Verified.'),
        404: detailResponse('The key is false, used, or too old.'),
      }),
      handle: async ({ deps }, values) => {
        const outcome = await verifyEmail(deps, values.key)
        if (outcome === 'unknown_key') throw notFound()
        return { body: { detail: 'ok' } }
      },
    },
  },
})
