import { changeUser, mayTakeUsername } from '../../core/accounts/change-user.ts'
import {
  USERNAME_MAX_LENGTH,
  usernameBlacklistFault,
  usernameSyntaxFault,
} from '../../core/users/username.ts'
import type { UserWithPassword } from '../../core/users/user.ts'
import { fieldErrors } from '../../web/errors.ts'
import { charField, emailField, type Fields, type FieldValues } from './fields.ts'
import { defineRoute, type Context, type MethodDefinition, type Reply } from './define-route.ts'
import { userBody } from './serializers.ts'
import { fieldErrorsResponse, userSchema } from './schemas.ts'

const TAKEN = 'A user with that username already exists.'
const NAME_MAX_LENGTH = 150

const responses = () => ({ 200: { description: 'The caller.', schema: userSchema } })

const update = {
  input: userFields,
  moreErrors: async (context: Context, values: FieldValues) => {
    const message = await usernameFault(context, values)
    return message === undefined ? {} : { username: [message] }
  },
  responses: () => ({ ...responses(), 400: fieldErrorsResponse() }),
  handle: handleUpdate,
} satisfies Omit<MethodDefinition, 'summary'>

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
      handle: (context) => Promise.resolve({ body: userBody(requireUser(context)) }),
    },
    PUT: { ...update, summary: 'Replace the own names' },
    PATCH: { ...update, summary: 'Change some of the own names', mode: 'partial' },
  },
})

function userFields(): Fields {
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

/** The caller of a route that lets nobody else in. */
export function requireUser(context: Pick<Context, 'caller'>): UserWithPassword {
  if (context.caller.kind === 'user') return context.caller.user
  throw new Error('the route lets anonymous callers in')
}

async function usernameFault(context: Context, values: FieldValues): Promise<string | undefined> {
  const username = values['username']
  if (typeof username !== 'string') return undefined
  const { deps } = context
  const listed = usernameBlacklistFault(deps.settings, username)
  if (listed !== undefined) return listed
  const isFree = await mayTakeUsername(deps, requireUser(context).id, username)
  return isFree ? undefined : TAKEN
}

async function handleUpdate(context: Context, values: FieldValues): Promise<Reply> {
  const { deps } = context
  const { username, first_name: firstName, last_name: lastName } = values
  const listed =
    typeof username === 'string' ? usernameBlacklistFault(deps.settings, username) : undefined
  if (listed !== undefined) throw fieldErrors({ username: [listed] })
  const outcome = await changeUser(deps, requireUser(context).id, {
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof firstName === 'string' ? { firstName } : {}),
    ...(typeof lastName === 'string' ? { lastName } : {}),
  })
  if (outcome.kind === 'username_taken') throw fieldErrors({ username: [TAKEN] })
  return { body: userBody(outcome.user) }
}
