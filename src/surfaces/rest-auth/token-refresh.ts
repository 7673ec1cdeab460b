/**
 * Exchanging a refresh token, with simplejwt's bodies. Rotation and reuse detection are in
 * `core/sign-in/refresh.ts`.
 */
import { message } from '../../i18n/message.ts'
import type { Settings } from '../../settings/parse.ts'
import { settingsOfLogin } from '../../settings/remember.ts'
import { refreshTokens, type RefreshOutcome } from '../../core/sign-in/refresh.ts'
import { challenge } from '../../web/authentication.ts'
import { jwtCookies } from '../../web/cookies.ts'
import { throttled, unauthenticated } from '../../web/errors.ts'
import { charField } from './fields.ts'
import { JsonNumber } from '../../web/json.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { clientFields } from './login-choices.ts'
import { invalidToken } from './invalid-token.ts'
import { dateTimeBody } from './serializers.ts'
import { detailResponse } from './schemas.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * `token/refresh/`: a refresh token in exchange for an access token, and with rotation for a new refresh token
 * (dj-rest-auth: `RefreshViewWithCookieSupport`). 401 for a token that is expired, forged or blacklisted; a reuse
 * of a rotated token ends its whole family (RFC 9700 §4.14.2).
 */
export const tokenRefreshRoute = defineRoute({
  name: 'Refresh View With Cookie Support',
  when: (settings) => settings.USE_JWT,
  access: 'anyone',
  authentication: 'none',
  cookieUse: 'logs_in',
  isThrottled: (settings) => settings.policy.endpoints.allAreThrottled,
  methods: {
    POST: {
      summary: 'Trade a refresh token for an access token',
      input: (settings: Pick<Settings, 'JWT_CLIENTS'> & PolicyOf<'tokens'>) => ({
        refresh: charField({
          required: false,
          allowBlank: settings.policy.tokens.refreshCookieBeatsBody,
          allowNull: settings.policy.tokens.refreshCookieBeatsBody,
          help: 'WIll override cookie.',
        }),
        access: charField({ required: false, readOnly: true }),
        ...clientFields(settings),
      }),
      responses: (settings) => ({
        200: {
          description: 'A new access token, and a new refresh token where tokens rotate.',
          schema: {
            type: 'object',
            properties: {
              access: { type: 'string' },
              access_expiration: { type: 'string', format: 'date-time' },
              refresh: { type: 'string' },
              refresh_expiration: { type: 'string', format: 'date-time' },
              ...(settings.JWT_AUTH_LEGACY_FIELDS
                ? { access_token: { type: 'string' }, refresh_token: { type: 'string' } }
                : {}),
            },
            required: ['access', 'access_expiration'],
          },
        },
        401: detailResponse('The refresh token is missing or refused.'),
      }),
      handle: async (context, { client_id: client }) => {
        const token = await tokenOf(context)
        const origin = context.request.headers.get('origin')
        return reply(context, await refreshTokens(context.deps, token, { client, origin }))
      },
    },
  },
})

/**
 * The refresh token: from the body, blanks included, else from the cookie. In HttpOnly mode `REFRESH_COOKIE_ONLY`
 * lets only the cookie count.
 *
 * @throws ApiError 401
 */
async function tokenOf(context: Context): Promise<string> {
  const { settings } = context.deps
  const cookie =
    settings.JWT_AUTH_REFRESH_COOKIE === undefined
      ? undefined
      : context.cookies[settings.JWT_AUTH_REFRESH_COOKIE]
  if (
    settings.JWT_AUTH_HTTPONLY &&
    settings.policy.tokens.refreshCookieBeatsBody &&
    cookie !== undefined
  ) {
    return cookie
  }
  const body = await context.readBody()
  const raw = 'values' in body ? body.values['refresh'] : undefined
  const given = raw instanceof JsonNumber ? raw.text : raw
  if (typeof given === 'string' && given !== '') return given
  if (cookie !== undefined) return cookie
  throw invalidToken(settings, message('refresh_token_missing'))
}

function reply(context: Context, outcome: RefreshOutcome): Reply {
  const { settings, now } = context.deps
  switch (outcome.kind) {
    case 'throttled':
      throw throttled(outcome.waitSeconds)
    case 'refused':
      throw invalidToken(settings, message(outcome.code))
    case 'inactive':
      throw unauthenticated({ detail: message('refresh_account_inactive') }, challenge(settings))
    case 'refreshed': {
      const { access, refresh, accessExpiresAt, refreshExpiresAt, isRemembered = true } = outcome
      const isRefreshShown = refresh !== undefined && !settings.JWT_AUTH_HTTPONLY
      return {
        body: {
          access,
          access_expiration: dateTimeBody(accessExpiresAt),
          ...(isRefreshShown ? { refresh } : {}),
          ...(isRefreshShown && refreshExpiresAt !== undefined
            ? { refresh_expiration: dateTimeBody(refreshExpiresAt) }
            : {}),
          ...(settings.JWT_AUTH_LEGACY_FIELDS
            ? { access_token: access, ...(isRefreshShown ? { refresh_token: refresh } : {}) }
            : {}),
        },
        cookies: jwtCookies(settingsOfLogin(settings, isRemembered), { access, refresh }, now),
      }
    }
  }
}
