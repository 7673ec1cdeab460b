/**
 * The caller's own profile (dj-rest-auth: `UserDetailsSerializer`). Fields come from `userFields`, the one
 * declaration of the user.
 */
import { changeUser, checkUser, type UserUpdateInput } from '../../core/accounts/change-user.ts'
import { proofOfCaller } from '../../core/tokens/proof.sql.ts'
import { USERNAME_MAX_LENGTH, isUsernameSyntax } from '../../core/users/username.ts'
import { message } from '../../i18n/message.ts'
import { editableFields, type EditableWireName } from '../../db/schema/users.ts'
import type { Settings } from '../../settings/parse.ts'
import { challenge } from '../../web/authentication.ts'
import { unauthenticated } from '../../web/errors.ts'
import { defineRoute, type Reply, type UserContext } from './define-route.ts'
import { charField, emailField, type ValuesOf } from './fields.ts'
import type { UserBodySettings } from './more-body.ts'
import { fieldErrorsResponse, userSchemaOf } from './schemas.ts'
import { faultError, faultMessages } from './sentences.ts'
import { userBody } from './serializers.ts'

const responses = (settings: UserBodySettings) => ({
  200: { description: 'The caller.', schema: userSchemaOf(settings) },
})

const update = {
  input: inputFields,
  takesOwnFields: true,
  moreErrors: async ({ deps, caller }: UserContext, values: Values) =>
    faultMessages(await checkUser(deps, caller.user, inputOf(values))),
  responses: (settings: UserBodySettings) => ({
    ...responses(settings),
    400: fieldErrorsResponse(),
  }),
  handle: handleUpdate,
}

/**
 * `user/`: reads and changes the caller's own data (dj-rest-auth: `UserDetailsView`). 200 with the user; 400 by
 * field; 401 where the credentials were revoked between authentication and write.
 */
export const userRoute = defineRoute({
  name: 'User Details',
  description:
    'Reads and updates UserModel fields\nAccepts GET, PUT, PATCH methods.\n\nDefault accepted fields: username, first_name, last_name\nDefault display fields: pk, username, email, first_name, last_name\nRead-only fields: pk, email\n\nReturns UserModel fields.',
  access: 'authenticated',
  isThrottled: false,
  methods: {
    GET: {
      summary: 'Read the own account',
      responses,
      handle: ({ deps, caller }) => ({ body: userBody(deps.settings, caller.user) }),
    },
    PUT: { ...update, summary: 'Replace the own names' },
    PATCH: { ...update, summary: 'Change some of the own names' },
  },
})

/** The fields of a change, with the messages and labels of Django's model fields. */
function inputFields({ USER_PK }: Pick<Settings, 'USER_PK'>) {
  const format = USER_PK === 'uuid' ? 'text' : 'integer'
  return {
    pk: charField({ readOnly: true, required: false, label: 'ID', format }),
    username: charField({
      maxLength: USERNAME_MAX_LENGTH,
      validators: [
        (text: string) => (isUsernameSyntax(text) ? undefined : message('username_invalid')),
      ],
      help: 'Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.',
    }),
    email: emailField({ readOnly: true, required: false, label: 'Email address' }),
    ...textFields(),
  }
}

type TextField = ReturnType<typeof textField>

/** A text field for every column that the user may edit. */
function textFields(): Readonly<Record<EditableWireName, TextField>> {
  const fields = editableFields.map(({ wire, maxLength }) => [wire, textField(maxLength)] as const)
  // `EditableWireName` names just these.
  return Object.fromEntries(fields) as Record<EditableWireName, TextField>
}

function textField(maxLength: number) {
  return charField({ required: false, allowBlank: true, maxLength })
}

type Values = Partial<ValuesOf<ReturnType<typeof inputFields>>>

/** Wire names to column names. */
function inputOf({ username, ...texts }: Values): UserUpdateInput {
  const given: Readonly<Record<string, string | undefined>> = texts
  const changed: Record<string, string> = {}
  for (const { name, wire } of editableFields) {
    const text = given[wire]
    if (text !== undefined) changed[name] = text
  }
  return { ...(username === undefined ? {} : { username }), ...changed }
}

/** PUT requires every required field, PATCH changes what is given (DRF: `partial=True`). */
async function handleUpdate(
  { deps, caller, own, request }: UserContext,
  values: Values,
): Promise<Reply> {
  const mode = request.method === 'PATCH' ? 'partial' : 'whole'
  const { settings } = deps
  const mayBeInactive = !settings.SIMPLE_JWT_CHECK_USER_IS_ACTIVE
  const proof = { ...proofOfCaller(caller), mayBeInactive }
  const outcome = await changeUser(deps, caller.user, { ...inputOf(values), own, mode, proof })
  if (outcome.kind === 'invalid') throw faultError(outcome.faults)
  if (outcome.kind === 'stale_proof') {
    throw unauthenticated({ detail: message('auth_token_invalid') }, challenge(settings))
  }
  return { body: userBody(deps.settings, outcome.user) }
}
