/**
 * A provider's credentials in exchange for ours. A client sends an authorization code, an access token or an ID
 * token; `core/social/login.ts` decides whose account it is.
 */
import { message } from '../../i18n/message.ts'
import type { SocialLoginOutcome } from '../../core/social/attempt.ts'
import { allowedRedirectUri, resumeAuthorization } from '../../core/social/authorize.ts'
import { socialLogin } from '../../core/social/login.ts'
import type { ConfiguredProvider } from '../../core/social/providers/configured.ts'
import type { GivenCredentials } from '../../core/social/providers/provider.ts'
import { wantedBy } from '../../core/sign-in/credentials.ts'
import type { SignedInCaller } from '../../core/tokens/proof.sql.ts'
import { accountNeedsRecentProof } from '../../settings/step-up.ts'
import type { Body } from '../../web/body.ts'
import { emailContextOf } from '../../web/email-context.ts'
import { fieldErrors, nonFieldError } from '../../web/errors.ts'
import { defineRoute, type Context, type Reply, type Route } from './define-route.ts'
import { charField, type Fields, type FieldValues } from './fields.ts'
import { trustFields, trustTokenOf } from './device-trust.ts'
import {
  deviceLoginReply,
  loginReply,
  mailedStepReply,
  secondFactorReply,
  withHandle,
} from './login-reply.ts'
import { loginResponses, type StepResponseSettings } from './mfa-schemas.ts'
import {
  continuedContext,
  loginContext,
  loginChoiceFields,
  type LoginChoiceSettings,
} from './login-choices.ts'
import { fieldErrorsResponse } from './schemas.ts'
import { refusalOf, withEmptySession, type EmptySessionCause } from './social-refusal.ts'
import { verifierCookieName, withoutVerifier } from './social-verifier.ts'
import type { DeviceTrustSettings } from '../../settings/trust-cookie.ts'

/**
 * `<provider>/`: logs in or signs up (dj-rest-auth: `SocialLoginView`).
 *
 * 200 with credentials or a next step, as `login/`; 400 where the provider refuses the code, a token was issued to
 * another app (confused deputy), or the account may not be matched; 503 where the provider does not answer.
 */
export function socialLoginRoute(configured: ConfiguredProvider): Route {
  return defineRoute({
    name: `${configured.provider.name} Login`,
    access: 'anyone',
    cookieUse: 'logs_in',
    isThrottled: true,
    methods: {
      POST: {
        summary: `Log in with ${configured.provider.name}`,
        turnstile: 'social_login',
        input: (settings: DeviceTrustSettings & LoginChoiceSettings, body?: Body): Fields => ({
          ...fieldsFor(configured, body),
          ...loginChoiceFields(settings),
          ...trustFields(settings),
        }),
        responses,
        handle: async (given, values: FieldValues) => {
          const context = loginContext(given, values)
          const outcome = await prove(context, configured, { values, caller: undefined })
          const next = nextStepReply(outcome)
          if (next !== undefined) return withoutVerifier(context, next)
          if (outcome.kind !== 'issued') throw await refusalOf(context, configured, outcome)
          const reply = await deviceLoginReply(context, { ...outcome, kind: 'login' })
          // Where no session is opened, allauth has left in one what it waits for.
          return finished(context, 'stashed', { ...outcome, reply })
        },
      },
    },
  })
}

/**
 * `<provider>/connect/`: connects the provider's account to the caller's (dj-rest-auth: `SocialConnectView`). 400
 * where it is connected to someone else.
 */
export function socialConnectRoute(configured: ConfiguredProvider): Route {
  return defineRoute({
    name: `${configured.provider.name} Connect`,
    access: 'authenticated',
    cookieUse: 'logs_in',
    isThrottled: true,
    methods: {
      POST: {
        summary: `Connect an account at ${configured.provider.name}`,
        recentProof: accountNeedsRecentProof,
        input: (_settings: unknown, body?: Body) => fieldsFor(configured, body),
        responses,
        handle: async (given, values) => {
          const context = continuedContext(given)
          const { caller } = context
          const outcome = await prove(context, configured, { values, caller })
          if (outcome.kind !== 'issued') throw await refusalOf(context, configured, outcome)
          const reply = loginReply(context, { ...outcome, kind: 'login' })
          return finished(context, configured.provider.credentials, { ...outcome, reply })
        },
      },
    },
  })
}

/** The whole reply of a login that is finished. */
async function finished(
  context: Context,
  cause: EmptySessionCause,
  {
    reply,
    handle,
    credentials,
  }: Extract<SocialLoginOutcome, { kind: 'issued' }> & { readonly reply: Reply },
): Promise<Reply> {
  const { sessionKey } = credentials
  const whole = { reply: withHandle(reply, handle), sessionKey }
  return withoutVerifier(context, await withEmptySession(context, cause, whole))
}

/** The answer of a login that is not finished: second factor or mailed code. */
function nextStepReply(outcome: SocialLoginOutcome): Reply | undefined {
  if (outcome.kind === 'second_factor_required') return secondFactorReply(outcome)
  return outcome.kind === 'mailed_step_required' ? mailedStepReply(outcome) : undefined
}

const responses = (settings: StepResponseSettings) => ({
  ...loginResponses(settings),
  400: fieldErrorsResponse('What was sent proves nothing, or no account may come of it.'),
  503: { description: 'The provider is down; `Retry-After` says when to come back.' },
})

/** Has the provider's core confirm the credentials, and signs in. */
async function prove(
  context: Context,
  configured: ConfiguredProvider,
  { values, caller }: { values: FieldValues; caller: SignedInCaller | undefined },
): Promise<SocialLoginOutcome> {
  const { settings } = context.deps
  const { trust_token: trustToken } = values
  const { given, spends } = await credentialsOf(context, configured, values)
  return socialLogin(context.deps, configured, {
    given,
    spends,
    caller,
    sessionKey: context.cookies[settings.SESSION_COOKIE_NAME],
    // allauth logs out whoever it knows before it logs someone in.
    isSessionLeft: caller === undefined && context.caller.kind !== 'anonymous',
    trustToken: trustTokenOf(context, typeof trustToken === 'string' ? trustToken : undefined),
    emailContext: emailContextOf(settings, context.request),
    // allauth opens a session regardless of dj-rest-auth's `SESSION_LOGIN`, but not to connect.
    wanted: wantedBy(
      settings,
      settings.SESSION_LOGIN || (settings.SOCIAL_LOGIN_SESSIONS && caller === undefined),
    ),
  })
}

const optionalText = (isOurs: boolean) => charField({ required: false, allowBlank: true, isOurs })

/**
 * What accompanies a code that our `authorize/` began: state and verifier. Clients of dj-rest-auth send neither.
 */
const CODE_FIELDS = {
  code_verifier: optionalText(true),
  state: optionalText(true),
  redirect_uri: optionalText(true),
  nonce: optionalText(true),
  user: optionalText(true),
}

/**
 * OAuth 2.0's three fields (`SocialLoginSerializer`); for OAuth 1.0a, its pair (`TwitterLoginSerializer`) or a
 * code.
 */
function fieldsFor({ provider, app }: ConfiguredProvider, body: Body | undefined): Fields {
  if (provider.credentials === 'token') {
    return {
      access_token: optionalText(false),
      code: optionalText(false),
      id_token: optionalText(false),
      ...CODE_FIELDS,
    }
  }
  const code = body?.values['code']
  const bringsCode = typeof code === 'string' && code !== '' && provider.takesCode(app)
  if (bringsCode) return { code: optionalText(true), ...CODE_FIELDS }
  return { access_token: charField(), token_secret: charField() }
}

type Credentials = {
  readonly given: GivenCredentials
  readonly spends: Parameters<typeof socialLogin>[2]['spends']
}

/** What the client sent, with the state and verifier of the browser in which the login began. */
async function credentialsOf(
  context: Context,
  configured: ConfiguredProvider,
  values: FieldValues,
): Promise<Credentials> {
  const read = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const given: GivenCredentials = {
    accessToken: read('access_token'),
    tokenSecret: read('token_secret'),
    code: read('code'),
    codeVerifier: read('code_verifier'),
    idToken: read('id_token'),
    nonce: read('nonce'),
    user: read('user') ?? (await userObjectOf(context)),
  }
  const takesIdToken = configured.provider.readIdToken !== undefined
  const proof = given.accessToken ?? given.code ?? (takesIdToken ? given.idToken : undefined)
  if (proof === undefined) {
    throw nonFieldError(message('social_token_or_code_required'))
  }
  if (given.accessToken !== undefined || given.code === undefined) return { given, spends: [] }
  const kept = context.cookies[verifierCookieName(context.request)]
  const { codeVerifier } = given
  const back = { state: read('state') ?? '', codeVerifier, browserSecret: kept }
  const resumed = await resumeAuthorization(context.deps, configured, back)
  if (resumed.kind === 'resumed') {
    const { kind: _, spend, ...ours } = resumed
    return { given: { ...given, ...ours, isNonceOurs: true }, spends: [spend] }
  }
  // A login that a link began in this browser ends with the state of that link, or not at all.
  if (resumed.kind === 'invalid' || kept !== undefined) {
    throw fieldErrors({ state: [message('state_invalid')] })
  }
  const redirectUri = redirectUriOf(configured, read('redirect_uri'))
  return { given: { ...given, redirectUri }, spends: [] }
}

/** Apple's script gives `user` as an object; forms, and other clients, as its JSON. */
async function userObjectOf(context: Context): Promise<string | undefined> {
  const body = await context.readBody()
  const user = 'values' in body ? body.values['user'] : undefined
  return typeof user === 'object' && user !== null ? JSON.stringify(user) : undefined
}

/**
 * The client's redirect URI if the app has it registered; else the app's first, which the reference always takes.
 */
function redirectUriOf(configured: ConfiguredProvider, given: string | undefined): string {
  const redirectUri = allowedRedirectUri(configured, given) ?? configured.app.callbackUrls[0]
  if (redirectUri !== undefined) return redirectUri
  throw nonFieldError(message('social_callback_url_missing'))
}
