/** The caller's connections with providers, and ending one. */
import { message } from '../../i18n/message.ts'
import { connectionsOf, disconnect, type DisconnectOutcome } from '../../core/social/accounts.ts'
import type { SocialAccountRow } from '../../core/social/accounts.sql.ts'
import { accountNeedsRecentProof } from '../../settings/step-up.ts'
import { nonFieldError, notFound } from '../../web/errors.ts'
import { defineRoute, type Reply } from './define-route.ts'
import { charField } from './fields.ts'
import { dateTimeBody } from './serializers.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'

/** `socialaccounts/`: the caller's connections (dj-rest-auth: `SocialAccountListView`). */
export const socialAccountsRoute = defineRoute({
  name: 'Social Account List',
  description: 'List SocialAccounts for the currently logged in user',
  access: 'authenticated',
  isThrottled: false,
  methods: {
    GET: {
      summary: 'List the own social accounts',
      responses: () => ({
        200: {
          description: 'The social accounts, the oldest first.',
          schema: { type: 'array', items: socialAccountSchema },
        },
      }),
      handle: async (context) => {
        const accounts = await connectionsOf(context.deps, context.caller.user.id)
        return { body: accounts.map(socialAccountBody) }
      },
    },
  },
})

/**
 * SQLite's ids fit in 15 digits in practice; a longer number is no row's, and would lose precision in JavaScript.
 */
const MAX_ID_DIGITS = 15

/**
 * `socialaccounts/<id>/disconnect/`: ends a connection (dj-rest-auth: `SocialAccountDisconnectView`). The body is
 * not read. 400 for the last way into an account without password or verified address; 404 for others' ids.
 */
export const socialDisconnectRoute = defineRoute({
  name: 'Social Account Disconnect',
  description: 'Disconnect SocialAccount from remote service for\nthe currently logged in user',
  access: 'authenticated',
  isThrottled: false,
  methods: {
    POST: {
      summary: 'Disconnect a social account',
      // dj-rest-auth describes the fields of connecting, and reads none.
      metadata: () => CONNECT_FIELDS,
      recentProof: accountNeedsRecentProof,
      responses: () => ({
        200: { description: 'Disconnected.', schema: { type: 'object' } },
        400: fieldErrorsResponse('It is the last way into the account.'),
        404: detailResponse('The caller has no such social account.'),
      }),
      handle: async (context) => {
        const id = context.params['id'] ?? ''
        if (id.length > MAX_ID_DIGITS) throw notFound()
        return replyTo(await disconnect(context.deps, context.caller.user.id, Number(id)))
      },
    },
  },
})

const optionalText = charField({ required: false, allowBlank: true })

const CONNECT_FIELDS = { access_token: optionalText, code: optionalText, id_token: optionalText }

function replyTo(outcome: DisconnectOutcome): Reply {
  switch (outcome.kind) {
    case 'disconnected':
      return { body: {} }
    case 'unknown':
      throw notFound()
    case 'last_way_in':
      throw nonFieldError(
        outcome.reason === 'no_password'
          ? message('password_not_set')
          : message('social_account_is_last'),
      )
  }
}

const socialAccountSchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    provider: { type: 'string' },
    uid: { type: 'string' },
    last_login: { type: 'string', format: 'date-time' },
    date_joined: { type: 'string', format: 'date-time' },
  },
  required: ['id', 'provider', 'uid', 'last_login', 'date_joined'],
} as const

function socialAccountBody(account: SocialAccountRow): Readonly<Record<string, unknown>> {
  return {
    id: account.id,
    provider: account.provider,
    uid: account.uid,
    last_login: dateTimeBody(account.lastLoginAt),
    date_joined: dateTimeBody(account.dateJoinedAt),
  }
}
