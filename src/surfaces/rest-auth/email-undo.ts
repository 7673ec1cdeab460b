/**
 * Undoing a change of address. An attacker who takes over an account changes its address first, so that resets go to
 * them; the notice to the former address carries a key that takes the account back.
 */
import { message } from '../../i18n/message.ts'
import { undoAddressChange } from '../../core/accounts/address-change.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { fieldErrors } from '../../web/errors.ts'
import { defineRoute } from './define-route.ts'
import { charField } from './fields.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'

/**
 * `emails/undo/`: undoes a change of the primary address with the key that was mailed to the former one.
 *
 * Anyone who holds the key may call: the owner has been locked out by then. The former address is restored, every
 * login ends, the password becomes unusable, and a reset mail is sent. 400 for a key that is forged, used or
 * expired.
 */
export const emailUndoRoute = defineRoute({
  name: 'Email Undo',
  when: (settings) => settings.EMAIL_MANAGEMENT,
  access: 'anyone',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Undo a change of address by a mailed key',
      input: () => ({ key: charField() }),
      responses: () => ({
        200: detailResponse('Undone; a link for a new password is on its way.'),
        400: fieldErrorsResponse('The key is false, used, or too old, or the address is taken.'),
      }),
      handle: async ({ deps, request }, values) => {
        const context = emailContextOf(deps.settings, request)
        const outcome = await undoAddressChange(deps, values.key, context)
        switch (outcome.kind) {
          case 'undone':
            return { body: { detail: UNDONE } }
          case 'taken':
            throw fieldErrors({ key: [message('email_taken_meanwhile')] })
          case 'unknown_key':
            throw fieldErrors({ key: [message('value_invalid')] })
        }
      },
    },
  },
})

const UNDONE = message('email_change_undone')
