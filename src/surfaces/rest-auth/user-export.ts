/** Data portability (GDPR art. 15 and 20). */
import { exportAccount } from '../../core/accounts/export.ts'
import { accountNeedsRecentProof } from '../../settings/step-up.ts'
import { defineRoute } from './define-route.ts'

/**
 * `user/export/`: all rows about the caller, by table, without secrets. Needs a recent proof: it is what a stolen
 * session would ask for first. Ours, not dj-rest-auth's.
 */
export const userExportRoute = defineRoute({
  name: 'User Export',
  when: (settings) => settings.DATA_EXPORT,
  access: 'authenticated',
  isThrottled: true,
  isForOwnerAlone: true,
  methods: {
    GET: {
      summary: 'Everything that is held about the caller',
      recentProof: accountNeedsRecentProof,
      responses: () => ({
        200: {
          description: 'Rows by table, the newest 1000 of each, without secrets.',
          schema: {
            type: 'object',
            additionalProperties: { type: 'array', items: { type: 'object' } },
          },
          example: { users: [{ id: 1, username: 'ada' }], email_addresses: [] },
        },
      }),
      handle: async ({ deps, caller }) => ({
        body: await exportAccount(deps, caller.user.id),
        headers: {
          'Content-Disposition': 'attachment; filename="account.json"',
          'Cache-Control': 'no-store',
        },
      }),
    },
  },
})
