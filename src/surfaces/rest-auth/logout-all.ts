/** Logging out everywhere, for who lost a device or suspects a stolen token. */
import { message } from '../../i18n/message.ts'
import { logOutEverywhere } from '../../core/sign-in/sessions.ts'
import { deletedJwtCookies, deletedSessionCookie } from '../../web/cookies.ts'
import { defineRoute } from './define-route.ts'
import { detailResponse } from './schemas.ts'

/**
 * `logout/all/`: ends every login of the caller, this one included, and clears its cookies. Ours; dj-rest-auth can
 * only end the one login.
 */
export const logoutAllRoute = defineRoute({
  name: 'Logout Everywhere',
  when: (settings) => settings.SESSION_MANAGEMENT,
  access: 'authenticated',
  isThrottled: false,
  methods: {
    POST: {
      summary: 'Log out everywhere',
      responses: () => ({ 200: detailResponse('Every token and session of the caller is ended.') }),
      handle: async (context) => {
        const { settings } = context.deps
        await logOutEverywhere(context.deps, context.caller.user.id)
        const sessionKey = context.cookies[settings.SESSION_COOKIE_NAME]
        return {
          body: { detail: message('logged_out_everywhere') },
          cookies: [
            ...(settings.USE_JWT ? deletedJwtCookies(settings) : []),
            ...(sessionKey === undefined ? [] : [deletedSessionCookie(settings)]),
          ],
        }
      },
    },
  },
})
