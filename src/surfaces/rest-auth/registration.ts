/**
 * Creating an account. dj-rest-auth's `RegisterSerializer` and allauth's form each check half of the input;
 * `core/accounts/register.ts` has both, here are their fields and sentences.
 */
import { message } from '../../i18n/message.ts'
import { needsMailedStep } from '../../settings/mailed-step.ts'
import { hasPasswordLogin } from '../../settings/sign-up.ts'
import {
  checkRegistration,
  register,
  type RegistrationOutcome,
} from '../../core/accounts/register.ts'
import type { RegistrationFault } from '../../core/accounts/registration-input.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import { staffColumn } from '../../core/users/users.sql.ts'
import { USERNAME_MAX_LENGTH } from '../../core/users/username.ts'
import type { Settings } from '../../settings/parse.ts'
import { sessionCookie } from '../../web/cookies.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { forbidden, nonFieldError, throttled, type ApiError } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply, type ResponseDescription } from './define-route.ts'
import { charField, emailField, passwordField } from './fields.ts'
import { deviceLoginReply, mailedStepReply, withHandle } from './login-reply.ts'
import { mailedStepSchema } from './mfa-schemas.ts'
import { loginContext, loginChoiceFields, type LoginChoiceSettings } from './login-choices.ts'
import {
  credentialsResponses,
  detailResponse,
  fieldErrorsResponse,
  type LoginResponseSettings,
} from './schemas.ts'
import { faultError, faultMessages } from './sentences.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/**
 * `registration/`: creates an account (dj-rest-auth: `RegisterView`).
 *
 * 201 with credentials, or with a sentence where the address must be verified first; with enumeration prevention
 * on, an address that is taken gets that same sentence and its owner a mail. 400 with messages by field; 403 where
 * sign-up is closed.
 */
export const registrationRoute = defineRoute({
  name: 'Register',
  when: hasPasswordLogin,
  description:
    'Registers a new user.\n\nAccepts the following POST parameters: username, email, password1, password2.',
  access: registrationAccess,
  permits: (settings, caller) => !isForStaff(settings) || caller.column === 'staff',
  callerColumn: (settings) => (isForStaff(settings) ? staffColumn : undefined),
  cookieUse: 'logs_in',
  isThrottled: true,
  methods: {
    POST: {
      summary: 'Make an account',
      turnstile: 'signup',
      before: ({ deps }) => {
        if (deps.settings.REGISTRATION === 'closed') throw forbidden(CLOSED)
      },
      input: registrationFields,
      takesOwnFields: true,
      moreErrors: async ({ deps }, values) => {
        const checked = await checkRegistration(deps, values)
        if (checked.kind === 'throttled') throw throttled(checked.waitSeconds)
        return faultMessages(checked.faults)
      },
      responses: (settings) => ({
        ...madeResponses(settings),
        400: fieldErrorsResponse(),
      }),
      handle: async (given, values) => {
        const context = loginContext(given, values)
        const outcome = await register(context.deps, {
          username: values.username,
          email: values.email ?? '',
          password1: values.password1,
          password2: values.password2,
          invitation: values.invitation,
          ...surroundingsOf(context),
        })
        return replyTo(context, outcome)
      },
    },
  },
})

/** The refusal where `REGISTRATION` is `closed` (allauth: `is_open_for_signup`). */
const CLOSED = message('sign_up_closed')

/** `REGISTER_PERMISSION_CLASSES` (DRF's `BasePermission`s): all that are named must hold. */
function registrationAccess(
  settings: Pick<Settings, 'REGISTER_PERMISSION_CLASSES'>,
  method = 'POST',
): 'anyone' | 'authenticated' {
  const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  const isOpen = settings.REGISTER_PERMISSION_CLASSES.every(
    (one) => one === 'AllowAny' || (one === 'IsAuthenticatedOrReadOnly' && isRead),
  )
  return isOpen ? 'anyone' : 'authenticated'
}

function isForStaff(settings: Pick<Settings, 'REGISTER_PERMISSION_CLASSES'>): boolean {
  return settings.REGISTER_PERMISSION_CLASSES.includes('IsAdminUser')
}

/** What a registration gets of its request beside what was typed. */
function surroundingsOf({ deps: { settings }, request, own, cookies }: Context) {
  return {
    own,
    sessionKey: cookies[settings.SESSION_COOKIE_NAME],
    emailContext: emailContextOf(settings, request),
    wanted: wantedBy(settings, opensSession(settings)),
  }
}

/** allauth's `complete_signup` logs the new user into a Django session, regardless of `SESSION_LOGIN`. */
function opensSession(
  settings: Pick<Settings, 'SESSION_LOGIN'> & PolicyOf<'registration'>,
): boolean {
  return settings.SESSION_LOGIN || settings.policy.registration.opensSession
}

/** The settings for the fields of a sign-up. */
type FieldSettings = LoginChoiceSettings &
  Pick<
    Settings,
    | 'ACCOUNT_EMAIL_MAX_LENGTH'
    | 'ACCOUNT_SIGNUP_FIELDS'
    | 'ACCOUNT_USERNAME_MIN_LENGTH'
    | 'REGISTRATION'
  > &
  PolicyOf<'emails' | 'passwords' | 'registration'>

/**
 * The fields of a sign-up. `HONOUR_SIGNUP_FIELDS` follows `ACCOUNT_SIGNUP_FIELDS` where the reference ignores it.
 */
function registrationFields(settings: FieldSettings) {
  const field = (name: string) => settings.ACCOUNT_SIGNUP_FIELDS.find((one) => one.name === name)
  const isHonoured = settings.policy.registration.followsSignupFields
  const trim = settings.policy.passwords.areTrimmed
  const username = charField({
    required: field('username')?.required ?? true,
    maxLength: USERNAME_MAX_LENGTH,
    minLength: settings.ACCOUNT_USERNAME_MIN_LENGTH,
  })
  const email = emailField({
    required: field('email')?.required ?? true,
    ...(settings.policy.emails.areTruncated
      ? {}
      : { maxLength: settings.ACCOUNT_EMAIL_MAX_LENGTH }),
  })
  return {
    ...(isHonoured && field('username') === undefined ? {} : { username }),
    ...(isHonoured && field('email') === undefined ? {} : { email }),
    password1: passwordField({ trim }),
    ...(isHonoured && field('password2') === undefined
      ? {}
      : { password2: passwordField({ trim }) }),
    ...loginChoiceFields(settings),
    ...(settings.REGISTRATION === 'invited'
      ? { invitation: charField({ required: false, allowBlank: true, isOurs: true }) }
      : {}),
  }
}

async function replyTo(context: Context, outcome: RegistrationOutcome): Promise<Reply> {
  const { settings, now } = context.deps
  switch (outcome.kind) {
    case 'issued':
      return withHandle(
        await deviceLoginReply(context, { ...outcome, kind: 'registration' }),
        outcome.handle,
        201,
      )
    case 'verification_sent':
      return {
        status: 201,
        body: {
          detail: message('verification_sent'),
          ...(outcome.handle === undefined ? {} : { handle: outcome.handle }),
        },
        cookies:
          outcome.sessionKey === undefined
            ? []
            : [sessionCookie(settings, outcome.sessionKey, now)],
      }
    case 'mailed_step_required':
      return mailedStepReply(outcome, 201)
    case 'no_mailbox':
      return { status: 201, body: { detail: message('no_mailbox') } }
    case 'invalid':
      throw registrationError(outcome.faults)
    case 'closed':
      throw forbidden(CLOSED)
    case 'throttled':
      throw throttled(outcome.waitSeconds)
  }
}

/** allauth's form words differing passwords like Django, but with a plain apostrophe. */
function registrationError(faults: readonly RegistrationFault[]): ApiError {
  const isMismatch = faults.some(({ code }) => code === 'password_mismatch')
  if (isMismatch) return nonFieldError(message('passwords_differ'))
  return faultError(faults)
}

function madeResponses(
  settings: LoginResponseSettings &
    Pick<
      Settings,
      | 'ACCOUNT_EMAIL_VERIFICATION'
      | 'ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED'
      | 'ACCOUNT_LOGIN_BY_CODE_REQUIRED'
    >,
): Readonly<Record<number, ResponseDescription>> {
  const responses =
    settings.ACCOUNT_EMAIL_VERIFICATION === 'mandatory'
      ? { 201: detailResponse('Made; a verification mail is on its way.') }
      : credentialsResponses(settings, 201)
  if (
    needsMailedStep(settings, 'registration') &&
    settings.ACCOUNT_EMAIL_VERIFICATION !== 'mandatory'
  ) {
    const description = 'Made; a mailed code logs in.'
    return { 201: { description, schema: mailedStepSchema } }
  }
  if (!settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED) return responses
  const { description = 'Made.', schema = { type: 'object' } } = responses[201] ?? {}
  const properties = { ...Object(schema['properties']), handle: { type: 'string' } } as unknown
  return { ...responses, 201: { description, schema: { ...schema, properties } } }
}
