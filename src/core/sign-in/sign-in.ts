/** Input and result of a sign-in: see the gate, `complete.ts`. */
import type { SQL } from 'drizzle-orm'
import type { Statement } from '../../db/open.ts'
import type { Throttled } from '../limits/rate-limits.ts'
import type { FirstStepTies } from '../second-factor/first-step.sql.ts'
import type { Proof } from '../tokens/proof.sql.ts'
import type { UserWithPassword } from '../users/user.ts'
import type { Credentials, Wanted } from './credentials.ts'
import type { StoredKey } from './issued-token.ts'
import type { LoginMethod } from './method-claims.ts'

/** Someone who has been proved and is to be signed in. */
export type SignIn = {
  readonly proof: Proof
  /** The credentials that the surface issues. */
  readonly wanted: Wanted
  /** The account's auth token as stored; `undefined`: it has none. */
  readonly storedKey?: StoredKey | undefined
  /** A better hash of the password that was proved, to be stored with what is issued. */
  readonly newHash?: string | undefined
  /** The caller's own session, which is kept. */
  readonly sessionKey?: string | undefined
  /** The session that the request came in where it is not kept: it ends as the new one begins. */
  readonly leftSessionKey?: string | undefined
  /** Whether the address that counts has been verified: see `refusalOf`. */
  readonly email: 'verified' | 'unverified' | 'not_asked'
  /**
   * Row of the account's authenticator app, where a code of it must follow; null where there is none, or the proof
   * covers both factors.
   */
  readonly missingFactor: number | null
  /** How it was proved, beyond what the proof says. */
  readonly method?: Omit<LoginMethod, 'how'>
  /** What the device says why steps may be spared: see `MFA_TRUST_ENABLED`. */
  readonly trustToken?: string | undefined
  /** The account's own address, which the code of a mailed step goes to; absent of accounts that are being made. */
  readonly address?: string
  /** By what the account was reached; for a second step, which asks whether it still is. */
  readonly ties?: FirstStepTies
  /** Whether a mailed code has been shown, where one must be: see `ACCOUNT_LOGIN_BY_CODE_REQUIRED`. */
  readonly hasMailedStep?: boolean
}

/** Why a sign-in issues nothing. */
export type SignInRefusal =
  | { readonly kind: 'inactive' }
  | { readonly kind: 'email_unverified' }
  | SecondFactorRequired
  /** The password was changed, or the account deactivated, since the proof; answered as a wrong one. */
  | { readonly kind: 'stale_proof' }

/**
 * A mailed code must follow, which the handle goes along with; or none could be mailed: there is no address, or the
 * mailbox has had enough of them.
 */
export type MailedStepRequired =
  | { readonly kind: 'mailed_step_required'; readonly handle: string }
  | { readonly kind: 'no_mailbox' }
  | Throttled

/** The same, before the mail: to be sent once what proved the sign-in has been used up, or the account made. */
export type MailedStepOwed = {
  readonly kind: 'mailed_step_owed'
  readonly mail: (account: UserWithPassword) => Promise<MailedStepRequired>
}

/** Result of a sign-in. */
export type SignInOutcome =
  | {
      readonly kind: 'issued'
      readonly user: UserWithPassword
      readonly credentials: Credentials
    }
  | SignInRefusal
  | MailedStepRequired

/** A sign-in about to be written with what proved it: a registration is one batch. */
export type PreparedSignIn = {
  readonly kind: 'prepared'
  /** All of them, for a batch in which the notes stand as well. */
  readonly statements: readonly Statement[]
  /** Without the notes: what the credentials need. */
  readonly deciding: readonly Statement[]
  /** What only notes the login, once the batch has made the account: for after the answer. */
  readonly notesOf: (userId: number) => readonly Statement[]
  /** What must hold of the account's factors besides: a part of the condition of whatever uses the proof up. */
  readonly factorHolds: SQL | undefined
  /** Whether the answer depends on what the statements find. */
  readonly isDecidedByStatements: boolean
  /** Reads the results of a batch that held the statements, others among them, and signs what is signed. */
  readonly issue: (results: readonly unknown[], user: UserWithPassword) => Promise<SignInOutcome>
}

/** The first step is done; a code of the second factor completes the token. */
export type SecondFactorRequired = {
  readonly kind: 'second_factor_required'
  readonly ephemeralToken: string
}
