/** Where a request comes from, as hooks see it. */
export type HookClient = {
  readonly address: string
  readonly country: string
  readonly user_agent: string
}

/** A user registers. */
export type RegistrationEvent = {
  readonly username: string | undefined
  /** Empty where none is given. */
  readonly email: string
  readonly how: 'password' | 'provider' | 'emailed_code'
  readonly client: HookClient
}

/** A user has proved to be the owner of an account, and is about to be signed in. */
type LoginEvent = {
  readonly user_id: number
  /** With `USER_PK = "uuid"`: what tokens name the account by. */
  readonly pk?: string
  readonly how: string
  readonly client: HookClient
}

/** A mail is about to be sent. The hook does not see its text: links in it give access to an account. */
type MailEvent = { readonly kind: string; readonly to: string }

/** Not allowed, and why, for the person. */
export type Denied = { readonly allow: false; readonly message?: string }

/** What a hook says of a registration. */
export type RegistrationVerdict =
  | Denied
  | {
      readonly allow: true
      readonly set?: { readonly first_name?: string; readonly last_name?: string }
    }

/** What it says of a login; `claims` go into its JWTs, where they do not replace ours. */
export type LoginVerdict =
  | Denied
  | { readonly allow: true; readonly claims?: Readonly<Record<string, unknown>> }

/** What it says of a mail. */
export type MailVerdict = Denied | { readonly allow: true }

/** One hook in code. */
export type Hook<Event, Verdict> = {
  readonly run: (event: Event) => Promise<Verdict> | Verdict
  /** What is done where it fails or is late: required. */
  readonly onFailure: 'allow' | 'deny'
  /** Milliseconds; 1,000 by default. */
  readonly timeoutMs?: number
}

/** Code that is asked before something happens: `createRestAuth({ hooks })`. */
export type Hooks = {
  readonly beforeRegistration?: Hook<RegistrationEvent, RegistrationVerdict>
  readonly beforeLogin?: Hook<LoginEvent, LoginVerdict>
  readonly beforeMail?: Hook<MailEvent, MailVerdict>
}
