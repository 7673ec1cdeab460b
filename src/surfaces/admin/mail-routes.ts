/** Endpoints for mails that do not arrive: send one now, list suppressed addresses, lift a suppression. */
import { liftSuppression } from '../../core/mail/lift-suppression.ts'
import { resendNow } from '../../core/mail/resend-now.ts'
import { listSuppressions } from '../../core/mail/suppressions.sql.ts'
import { adminRoute, type AdminRoute } from './define-admin-route.ts'

const PAGE = 50

/** `POST mails/ID/resend/`: makes a waiting mail due now; the next cron run sends it. */
const resendRoute = adminRoute({
  method: 'POST',
  path: 'mails/:id/resend/',
  summary: 'Send a mail that waits for its next try within a minute',
  scope: 'mails:write',
  answers: 'Changed',
  handle: async ({ deps, id }) => ({
    body: { changed: (await resendNow(deps, id)) === 'changed' },
  }),
})

/** `GET suppressions/`: addresses that get no more mails, and why. */
const suppressionsRoute = adminRoute({
  method: 'GET',
  path: 'suppressions/',
  summary: 'List addresses that get no more mails, and why',
  scope: 'mails:read',
  input: {
    after: { type: 'string', description: '`next` of the page before.' },
    limit: { type: 'integer', minimum: 1, maximum: 200 },
  },
  answers: 'SuppressionPage',
  handle: async ({ deps }, { after = '', limit = PAGE }) => {
    const found = await listSuppressions(deps.db, { limit: limit + 1, after })
    const shown = found.slice(0, limit)
    return {
      body: {
        suppressions: shown.map(({ emailFolded, reason, detail, suppressedAt }) => ({
          address: emailFolded,
          reason,
          detail,
          since: suppressedAt.toISOString(),
        })),
        next: found.length > limit ? (shown.at(-1)?.emailFolded ?? null) : null,
      },
    }
  },
})

/** `POST suppressions/lift/`: allows mails to an address again. */
const liftRoute = adminRoute({
  method: 'POST',
  path: 'suppressions/lift/',
  summary: 'Let mails to an address through again',
  scope: 'mails:write',
  input: { address: { type: 'string', isRequired: true } },
  answers: 'Changed',
  handle: async ({ deps }, { address }) => ({
    body: { changed: (await liftSuppression(deps, address)) === 'changed' },
  }),
})

/** What can be done about mails that do not arrive. */
export const mailRoutes: readonly AdminRoute[] = [resendRoute, suppressionsRoute, liftRoute]
