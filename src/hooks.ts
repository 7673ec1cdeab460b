/** Where a request comes from, as hooks are told. */
export type HookClient = {
  readonly address: string
  readonly country: string
  readonly user_agent: string
}

/** Somebody wants an account. */
export type RegistrationEvent = {
  readonly username: string | undefined
  /** Empty where none is given. */
  readonly email: string
  readonly how: 'password' | 'provider' | 'emailed_code'
  readonly client: HookClient
}

/** Somebody has proved to be the owner of an account, and is about to be signed in. */
type LoginEvent = {
  readonly user_id: number
  /** With `USER_PK = "uuid"`: what tokens name the account by. */
  readonly pk?: string
  readonly how: string
  readonly client: HookClient
}

/** A mail is about to be sent. What it says is not told: links in it are worth an account. */
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

/** What it says of a login; `claims` go into its JWTs, where they do not stand in for ours. */
export type LoginVerdict =
  Denied | { readonly allow: true; readonly claims?: Readonly<Record<string, unknown>> }

/** What it says of a mail. */
export type MailVerdict = Denied | { readonly allow: true }

/** One hook in code. */
export type Hook<Event, Verdict> = {
  readonly run: (event: Event) => Promise<Verdict> | Verdict
  /** What is done where it fails or is late: it must be said. */
  readonly onFailure: 'allow' | 'deny'
  /** Milliseconds; 1,000 where nothing is said. */
  readonly timeoutMs?: number
}

/** Code that is asked before something happens: `createRestAuth({ hooks })`. */
export type Hooks = {
  readonly beforeRegistration?: Hook<RegistrationEvent, RegistrationVerdict>
  readonly beforeLogin?: Hook<LoginEvent, LoginVerdict>
  readonly beforeMail?: Hook<MailEvent, MailVerdict>
}
