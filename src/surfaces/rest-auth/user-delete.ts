/**
 * Deleting the caller's own account (GDPR art. 17), at once or after a grace period during which a mailed link undoes
 * it.
 */
import { message } from '../../i18n/message.ts'
import { leave, undoLeaving, type LeaveOutcome } from '../../core/accounts/leave.ts'
import { proofForChange } from '../../core/tokens/recent-proof.ts'
import type { Settings } from '../../settings/parse.ts'
import { deletionNeedsRecentProof } from '../../settings/step-up.ts'
import { challenge } from '../../web/authentication.ts'
import { deletedJwtCookies, deletedSessionCookie } from '../../web/cookies.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { fieldErrors, unauthenticated } from '../../web/errors.ts'
import { defineRoute, type Reply, type UserContext } from './define-route.ts'
import { charField } from './fields.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { dateTimeBody } from './serializers.ts'

const isOn = (settings: Pick<Settings, 'ACCOUNT_DELETION'>): boolean =>
  settings.ACCOUNT_DELETION !== 'off'

const lockedSchema = {
  type: 'object',
  properties: {
    detail: { type: 'string' },
    delete_at: { type: ['string', 'null'], format: 'date-time' },
  },
  required: ['detail', 'delete_at'],
} as const

/**
 * `user/delete/`: deletes the caller's account, or locks it until the grace period ends. Every login ends either
 * way. 403 without a recent proof; 401 where the credentials were revoked meanwhile. Ours, not dj-rest-auth's.
 */
export const userDeleteRoute = defineRoute({
  name: 'User Delete',
  when: isOn,
  access: 'authenticated',
  cookieUse: 'logs_out',
  isForOwnerAlone: true,
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Delete the own account',
      recentProof: deletionNeedsRecentProof,
      responses: () => ({
        200: {
          description:
            'Every login is ended. Until `delete_at` a mailed link undoes it; null: it is done.',
          schema: lockedSchema,
        },
      }),
      handle: async (context) => {
        const { deps, caller, request } = context
        const proof = proofForChange(deps, caller, deletionNeedsRecentProof)
        const mail = emailContextOf(deps.settings, request)
        return replyTo(context, await leave(deps, { user: caller.user, proof }, mail))
      },
    },
  },
})

function replyTo({ deps, cookies }: UserContext, outcome: LeaveOutcome): Reply {
  const { settings } = deps
  if (outcome.kind === 'stale_proof') {
    throw unauthenticated({ detail: message('auth_token_invalid') }, challenge(settings))
  }
  const isLocked = outcome.kind === 'locked'
  return {
    body: {
      detail: isLocked ? message('account_will_be_deleted') : message('account_deleted'),
      delete_at: isLocked ? dateTimeBody(outcome.dueAt) : null,
    },
    cookies: [
      ...(settings.USE_JWT ? deletedJwtCookies(settings) : []),
      ...(cookies[settings.SESSION_COOKIE_NAME] === undefined
        ? []
        : [deletedSessionCookie(settings)]),
    ],
  }
}

/**
 * `user/delete/undo/`: keeps the account, with the key that was mailed. Anyone who holds the key may call: the
 * owner is logged out by then. 400 for a key that is forged, used or expired.
 */
export const userDeleteUndoRoute = defineRoute({
  name: 'User Delete Undo',
  when: isOn,
  access: 'anyone',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Keep an account that was to be deleted, by a mailed key',
      input: () => ({ key: charField() }),
      responses: () => ({
        200: detailResponse('The account is as it was; everybody has to log in again.'),
        400: fieldErrorsResponse('The key is false, used, or too old.'),
      }),
      handle: async ({ deps }, values) => {
        const outcome = await undoLeaving(deps, values.key)
        if (outcome === 'unknown_key') throw fieldErrors({ key: [message('value_invalid')] })
        return { body: { detail: message('account_kept') } }
      },
    },
  },
})
