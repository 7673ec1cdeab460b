import { exportAccount } from '../../core/accounts/export.ts'
import { accountNeedsRecentProof } from '../../settings/step-up.ts'
import { defineRoute } from './define-route.ts'

/** `user/export/`: everything that is held about the caller. Ours, not dj-rest-auth's. */
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
