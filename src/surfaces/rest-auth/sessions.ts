import { endLogin, endOtherLogins, listLogins, type OwnLogin } from '../../core/sign-in/sessions.ts'
import type { UserCaller } from '../../web/authentication.ts'
import { notFound } from '../../web/errors.ts'
import { defineRoute } from './define-route.ts'
import { dateTimeBody } from './serializers.ts'
import { hasSessionList } from '../../settings/session-list.ts'
import { detailResponse } from './schemas.ts'

const loginSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    user_agent: { type: 'string' },
    country: { type: 'string' },
    created_at: { type: 'string', format: 'date-time' },
    last_used_at: { type: 'string', format: 'date-time' },
    expires_at: { type: 'string', format: 'date-time' },
    is_current: { type: 'boolean' },
  },
  required: [
    'id',
    'user_agent',
    'country',
    'created_at',
    'last_used_at',
    'expires_at',
    'is_current',
  ],
} as const

/** `sessions/`: where the caller is logged in, and the end of all other logins. Ours, not dj-rest-auth's. */
export const sessionsRoute = defineRoute({
  name: 'Sessions',
  when: hasSessionList,
  access: 'authenticated',
  isThrottled: false,
  methods: {
    GET: {
      summary: 'List the own logins',
      responses: () => ({
        200: {
          description: 'The last used first.',
          schema: { type: 'array', items: loginSchema },
        },
      }),
      handle: async (context) => {
        const logins = await listLogins(
          context.deps,
          context.caller.user.id,
          familyOf(context.caller),
        )
        return { body: logins.map(loginBody) }
      },
    },
    DELETE: {
      summary: 'End all other logins',
      responses: () => ({ 200: detailResponse('Ended.') }),
      handle: async (context) => {
        await endOtherLogins(context.deps, context.caller.user.id, familyOf(context.caller))
        return { body: { detail: 'All other sessions have been ended.' } }
      },
    },
  },
})

/** `sessions/ID/`: ends one login of the caller. */
export const sessionRoute = defineRoute({
  name: 'Session',
  when: hasSessionList,
  access: 'authenticated',
  isThrottled: false,
  methods: {
    DELETE: {
      summary: 'End one of the own logins',
      responses: () => ({
        204: { description: 'Ended.' },
        404: detailResponse('The caller has no such login.'),
      }),
      handle: async (context) => {
        const id = context.params['id'] ?? ''
        const outcome = await endLogin(context.deps, context.caller.user.id, id)
        if (outcome === 'unknown') throw notFound()
        return { status: 204 }
      },
    },
  },
})

function familyOf({ credential }: UserCaller): string | undefined {
  return credential.kind === 'jwt' ? credential.family : undefined
}

function loginBody(login: OwnLogin): Readonly<Record<string, unknown>> {
  return {
    id: login.family,
    user_agent: login.userAgent,
    country: login.country,
    created_at: dateTimeBody(login.createdAt),
    last_used_at: dateTimeBody(login.lastUsedAt),
    expires_at: dateTimeBody(login.expiresAt),
    is_current: login.isCurrent,
  }
}
