import {
  findTaken,
  passwordFieldErrors,
  register,
  type RegistrationOutcome,
  type Taken,
} from '../../core/accounts/register.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import {
  USERNAME_MAX_LENGTH,
  usernameBlacklistFault,
  usernameSyntaxFault,
} from '../../core/users/username.ts'
import { lowerEmail } from '../../core/users/email.ts'
import type { Deps } from '../../deps.ts'
import type { Settings } from '../../settings/parse.ts'
import { sessionCookie } from '../../web/cookies.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { fieldErrors, nonFieldError, throttled, type FieldErrors } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply } from './define-route.ts'
import { charField, emailField, passwordField, type ValuesOf } from './fields.ts'
import { deviceLoginReply } from './login-reply.ts'
import { credentialsResponses, detailResponse, fieldErrorsResponse } from './schemas.ts'

const USERNAME_TAKEN = 'A user with that username already exists.'
const EMAIL_TAKEN = 'User is already registered with this e-mail address.'

/** `registration/`: makes an account (dj-rest-auth: `RegisterView`). */
export const registrationRoute = defineRoute({
  name: 'Register',
  description: '',
  access: (settings) =>
    settings.REGISTER_PERMISSION_CLASSES.includes('IsAuthenticated') ? 'authenticated' : 'anyone',
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Make an account',
      turnstile: 'signup',
      input: registrationFields,
      moreErrors: ({ deps }, values) => fieldFaults(deps, values),
      responses: (settings) => ({
        ...(settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
          ? { 201: detailResponse('Made; a verification mail is on its way.') }
          : credentialsResponses(settings, 201)),
        400: fieldErrorsResponse(),
      }),
      handle: async (context, values) => {
        const { deps, request } = context
        await requireGoodFields(deps, values)
        const outcome = await register(deps, {
          username: values.username,
          email: emailOf(deps.settings, values),
          password: values.password1,
          emailContext: emailContextOf(deps.settings, request),
          wanted: wantedBy(deps.settings, opensSession(deps.settings)),
        })
        return replyTo(context, outcome)
      },
    },
  },
})

function opensSession(settings: Settings): boolean {
  return settings.SESSION_LOGIN || settings.REGISTRATION_OPENS_SESSION
}

/** Which fields there are: `HONOUR_SIGNUP_FIELDS` obeys the setting where the reference does not. */
function registrationFields(settings: Settings) {
  const field = (name: string) => settings.ACCOUNT_SIGNUP_FIELDS.find((one) => one.name === name)
  const isHonoured = settings.HONOUR_SIGNUP_FIELDS
  const trim = settings.TRIM_PASSWORDS
  const username = charField({
    required: field('username')?.required ?? true,
    maxLength: USERNAME_MAX_LENGTH,
    minLength: settings.ACCOUNT_USERNAME_MIN_LENGTH,
  })
  const email = emailField({
    required: field('email')?.required ?? true,
    ...(settings.TRUNCATE_LONG_EMAILS ? {} : { maxLength: settings.ACCOUNT_EMAIL_MAX_LENGTH }),
  })
  return {
    ...(isHonoured && field('username') === undefined ? {} : { username }),
    ...(isHonoured && field('email') === undefined ? {} : { email }),
    password1: passwordField({ trim }),
    ...(isHonoured && field('password2') === undefined
      ? {}
      : { password2: passwordField({ trim }) }),
  }
}

type Values = ValuesOf<ReturnType<typeof registrationFields>>

async function requireGoodFields(deps: Deps, values: Values): Promise<void> {
  const ownFaults = await ownFieldFaults(deps.settings, values)
  const isMismatch = values.password2 !== undefined && values.password1 !== values.password2
  if (Object.keys(ownFaults).length === 0 && !isMismatch) return
  const faults = { ...ownFaults, ...(await takenFaults(deps, values, ownFaults)) }
  if (Object.keys(faults).length > 0) throw fieldErrors(faults)
  throw nonFieldError("The two password fields didn't match.")
}

async function replyTo(context: Context, outcome: RegistrationOutcome): Promise<Reply> {
  const { settings, now } = context.deps
  switch (outcome.kind) {
    case 'issued':
      return deviceLoginReply(context, { ...outcome, kind: 'registration' })
    case 'verification_sent':
      return {
        status: 201,
        body: { detail: 'Verification e-mail sent.' },
        cookies:
          outcome.sessionKey === undefined
            ? []
            : [sessionCookie(settings, outcome.sessionKey, now)],
      }
    case 'taken':
      throw fieldErrors(takenErrors(outcome.taken))
    case 'password_unfit':
      throw nonFieldError(...outcome.messages)
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}

/** allauth keeps addresses in lower case. A cut one is another mailbox: only the reference does it. */
function emailOf(settings: Settings, { email = '' }: Partial<Values>): string {
  const stored = lowerEmail(email)
  if (!settings.TRUNCATE_LONG_EMAILS) return stored
  return Array.from(stored).slice(0, settings.ACCOUNT_EMAIL_MAX_LENGTH).join('')
}

/** Messages for the fields that DRF found good, when another one was bad. */
async function fieldFaults(deps: Deps, values: Partial<Values>): Promise<FieldErrors> {
  const own = await ownFieldFaults(deps.settings, values)
  return { ...own, ...(await takenFaults(deps, values, own)) }
}

/** What allauth's `clean_username` and `clean_password` say without asking the database. */
async function ownFieldFaults(
  settings: Settings,
  { username, password1 }: Partial<Values>,
): Promise<FieldErrors> {
  const name =
    username === undefined
      ? undefined
      : (usernameSyntaxFault(username) ?? usernameBlacklistFault(settings, username))
  const messages = password1 === undefined ? [] : await passwordFieldErrors(settings, password1)
  return {
    ...(name === undefined ? {} : { username: [name] }),
    ...(messages.length === 0 ? {} : { password1: messages }),
  }
}

async function takenFaults(
  deps: Deps,
  values: Partial<Values>,
  own: FieldErrors,
): Promise<FieldErrors> {
  const username = own['username'] === undefined ? values.username : undefined
  const email = emailOf(deps.settings, values)
  if (username === undefined && email === '') return {}
  const found = await findTaken(deps, { username, email })
  if (found.kind === 'throttled') throw throttled(found.waitSeconds)
  return takenErrors(found.taken)
}

function takenErrors(taken: Taken): FieldErrors {
  return {
    ...(taken.username ? { username: [USERNAME_TAKEN] } : {}),
    ...(taken.email ? { email: [EMAIL_TAKEN] } : {}),
  }
}
