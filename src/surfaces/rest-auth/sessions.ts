/**
 * Where the caller is logged in, and ending logins: what a page of "your devices" needs. With `SESSION_DEVICES`
 * every kind of credential is listed, otherwise the JWT refresh families.
 */
import { message } from '../../i18n/message.ts'
import { endLogin, endOtherLogins, listLogins, type OwnLogin } from '../../core/sign-in/sessions.ts'
import type { UserCaller } from '../../web/authentication.ts'
import { notFound } from '../../web/errors.ts'
import { defineRoute } from './define-route.ts'
import { dateTimeBody } from './serializers.ts'
import { hasDeviceList } from '../../settings/login-lifetime.ts'
import { hasSessionList } from '../../settings/session-list.ts'
import { deviceBody, deviceSchema } from './device-body.ts'
import { charField } from './fields.ts'
import { faultError } from './sentences.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { loadSignIn } from '../../core/sign-in/load-sign-in.ts'

const nameSchema = {
  type: 'object',
  properties: { id: { type: 'string' }, name: { type: 'string' } },
  required: ['id', 'name'],
} as const

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

/**
 * `sessions/`: `GET` lists the caller's logins, the last used first; `DELETE` ends all but this one. Ours, not
 * dj-rest-auth's.
 */
export const sessionsRoute = defineRoute({
  name: 'Sessions',
  when: hasSessionList,
  access: 'authenticated',
  isThrottled: false,
  methods: {
    GET: {
      summary: 'List the own logins',
      responses: (settings) => ({
        200: {
          description: 'The last used first.',
          schema: { type: 'array', items: hasDeviceList(settings) ? deviceSchema : loginSchema },
        },
      }),
      handle: async (context) => {
        if (hasDeviceList(context.deps.settings)) {
          const own = await (await loadSignIn()).listDevices(context.deps, context.caller)
          return { body: own.map(deviceBody) }
        }
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
        const { deps, caller } = context
        await (hasDeviceList(deps.settings)
          ? (await loadSignIn()).endOtherDevices(deps, caller)
          : endOtherLogins(deps, caller.user.id, familyOf(caller)))
        return { body: { detail: message('other_sessions_ended') } }
      },
    },
  },
})

/** `sessions/ID/`: `PATCH` names a login (with `SESSION_DEVICES`), `DELETE` ends it. 404 for others' ids (IDOR). */
export const sessionRoute = defineRoute({
  name: 'Session',
  when: hasSessionList,
  access: 'authenticated',
  isThrottled: false,
  methods: {
    PATCH: {
      summary: 'Name one of the own logins',
      when: hasDeviceList,
      input: () => ({ name: charField({ allowBlank: true }) }),
      responses: () => ({
        200: { description: 'Named.', schema: nameSchema },
        400: fieldErrorsResponse(),
        404: detailResponse('The caller has no such login.'),
      }),
      handle: async ({ deps, caller, params }, { name = '' }) => {
        const id = params['id'] ?? ''
        const outcome = await (await loadSignIn()).renameDevice(deps, caller, { id, name })
        if (outcome.kind === 'invalid') throw faultError(outcome.faults)
        if (outcome.kind === 'unknown') throw notFound()
        return { body: { id, name } }
      },
    },
    DELETE: {
      summary: 'End one of the own logins',
      responses: () => ({
        204: { description: 'Ended.' },
        404: detailResponse('The caller has no such login.'),
      }),
      handle: async (context) => {
        const { deps, caller } = context
        const id = context.params['id'] ?? ''
        const outcome = hasDeviceList(deps.settings)
          ? await (await loadSignIn()).endDevice(deps, caller, id)
          : await endLogin(deps, caller.user.id, id)
        if (outcome === 'unknown') throw notFound()
        return { status: 204 }
      },
    },
  },
})

/** The refresh family of the caller's own token, by which the current login is recognised. */
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
