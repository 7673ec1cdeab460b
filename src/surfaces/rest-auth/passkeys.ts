/** The caller's registered passkeys: list, show, rename, delete. */
import { message } from '../../i18n/message.ts'
import {
  changePasskeyName,
  PASSKEY_NAME_MAX_LENGTH,
  removePasskey,
} from '../../core/second-factor/passkeys.ts'
import { ownPasskeysJson, parseOwnPasskeys } from '../../core/second-factor/passkeys.sql.ts'
import { proofOfCaller } from '../../core/tokens/proof.sql.ts'
import { factorsNeedRecentProof } from '../../settings/step-up.ts'
import { ApiError, nonFieldError } from '../../web/errors.ts'
import { defineRoute, type UserContext } from './define-route.ts'
import { recentProof } from './factor-caller.ts'
import { charField } from './fields.ts'
import { deleteAtOnce, renameAtOnce } from './passkey-shortcuts.ts'
import { passkeyBody, passkeySchema } from './passkey-schemas.ts'
import { detailResponse, fieldErrorsResponse } from './schemas.ts'
import { faultError } from './sentences.ts'

/** `passkeys/`: the caller's own, the newest first (dj-rest-auth: `PasskeyListView`). */
export const passkeysRoute = defineRoute({
  name: 'Passkey List',
  when: (settings) => settings.PASSKEYS_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: ownPasskeysJson,
  isForOwnerAlone: true,
  methods: {
    GET: {
      summary: 'List the own passkeys',
      responses: () => ({
        200: {
          description: 'The newest first.',
          schema: { type: 'array', items: passkeySchema },
        },
      }),
      handle: ({ caller }) => ({ body: parseOwnPasskeys(caller.column ?? '[]').map(passkeyBody) }),
    },
  },
})

const nameSchema = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
} as const

const nameFields = { name: charField({ maxLength: PASSKEY_NAME_MAX_LENGTH }) }

/** PUT and PATCH, which are the same: a passkey has one field that can change. */
const renameDefinition = {
  summary: 'Rename an own passkey',
  shortcut: renameAtOnce(nameFields),
  before: requireOwn,
  isDescribedByOwner: true,
  input: () => nameFields,
  responses: () => ({
    200: { description: 'Renamed.', schema: nameSchema },
    400: fieldErrorsResponse(),
    404: detailResponse('The caller has no such passkey.'),
  }),
  handle: async (context: UserContext, { name }: { readonly name?: string | undefined }) => {
    const { deps, caller } = context
    const own = requireOwn(context)
    if (name === undefined) return { body: { name: own.name } }
    const renamed = await changePasskeyName(
      deps,
      { proof: proofOfCaller(caller) },
      { passkeyId: own.id, name },
    )
    if (renamed.kind === 'invalid') throw faultError(renamed.faults)
    if (renamed.kind === 'unknown') throw unknownPasskey()
    return { body: { name: renamed.passkey.name } }
  },
}

/**
 * `passkeys/ID/`: shows, renames or deletes one (dj-rest-auth: `PasskeyDetailView`). 400 for deleting the last way
 * into an account without a password; 404 for ids of others and unknown ones alike (IDOR).
 */
export const passkeyRoute = defineRoute({
  name: 'Passkey Detail',
  when: (settings) => settings.PASSKEYS_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: ownPasskeysJson,
  isForOwnerAlone: true,
  methods: {
    GET: {
      summary: 'Show an own passkey',
      responses: () => ({
        200: { description: 'The passkey.', schema: passkeySchema },
        404: detailResponse('The caller has no such passkey.'),
      }),
      handle: (context) => ({ body: passkeyBody(requireOwn(context)) }),
    },
    PUT: renameDefinition,
    PATCH: renameDefinition,
    DELETE: {
      summary: 'Delete an own passkey',
      shortcut: deleteAtOnce,
      recentProof: factorsNeedRecentProof,
      responses: () => ({
        204: { description: 'Deleted.' },
        400: fieldErrorsResponse('It is the last way into the account.'),
        404: detailResponse('The caller has no such passkey.'),
      }),
      handle: async (context) => {
        const { deps, caller } = context
        const own = requireOwn(context)
        const factorCaller = { user: caller.user, proof: recentProof(context) }
        switch (await removePasskey(deps, factorCaller, own.id)) {
          case 'removed':
            return { status: 204 }
          case 'last_way_in':
            throw nonFieldError(message('password_not_set'))
          case 'unknown':
            throw unknownPasskey()
        }
      },
    },
  },
})

/**
 * The passkey that the path names. Those of others and unknown ones are the same 404, with any body.
 *
 * @throws ApiError 404
 */
function requireOwn({ caller, params }: UserContext) {
  const id = Number(params['id'])
  const own = parseOwnPasskeys(caller.column ?? '[]').find((passkey) => passkey.id === id)
  if (own === undefined) throw unknownPasskey()
  return own
}

function unknownPasskey(): ApiError {
  return new ApiError('not_found', {
    status: 404,
    body: {
      detail: message('passkey_unknown'),
    },
  })
}
