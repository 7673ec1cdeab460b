import {
  changeUser,
  checkUser,
  NAME_MAX_LENGTH,
  type UserUpdateInput,
} from '../../core/accounts/change-user.ts'
import { USERNAME_MAX_LENGTH, usernameSyntaxFault } from '../../core/users/username.ts'
import { defineRoute, type Reply, type UserContext } from './define-route.ts'
import { charField, emailField, type ValuesOf } from './fields.ts'
import { fieldErrorsResponse, userSchema } from './schemas.ts'
import { faultError, faultMessages } from './sentences.ts'
import { userBody } from './serializers.ts'

const responses = () => ({ 200: { description: 'The caller.', schema: userSchema } })

const update = {
  input: userFields,
  moreErrors: async ({ deps, caller }: UserContext, values: Values) =>
    faultMessages(await checkUser(deps, caller.user, inputOf(values))),
  responses: () => ({ ...responses(), 400: fieldErrorsResponse() }),
  handle: handleUpdate,
}

/** `user/`: the caller's own data (dj-rest-auth: `UserDetailsView`). */
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
      handle: ({ caller }) => ({ body: userBody(caller.user) }),
    },
    PUT: { ...update, summary: 'Replace the own names' },
    PATCH: { ...update, summary: 'Change some of the own names' },
  },
})

function userFields() {
  return {
    pk: charField({ readOnly: true, required: false, label: 'ID', format: 'integer' }),
    username: charField({
      maxLength: USERNAME_MAX_LENGTH,
      validators: [usernameSyntaxFault],
      help: 'Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.',
    }),
    email: emailField({ readOnly: true, required: false, label: 'Email address' }),
    first_name: charField({ required: false, allowBlank: true, maxLength: NAME_MAX_LENGTH }),
    last_name: charField({ required: false, allowBlank: true, maxLength: NAME_MAX_LENGTH }),
  }
}

type Values = Partial<ValuesOf<ReturnType<typeof userFields>>>

function inputOf({
  username,
  first_name: firstName,
  last_name: lastName,
}: Values): UserUpdateInput {
  return {
    ...(username === undefined ? {} : { username }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
  }
}

async function handleUpdate({ deps, caller }: UserContext, values: Values): Promise<Reply> {
  const outcome = await changeUser(deps, caller.user, inputOf(values))
  if (outcome.kind === 'invalid') throw faultError(outcome.faults)
  return { body: userBody(outcome.user) }
}
