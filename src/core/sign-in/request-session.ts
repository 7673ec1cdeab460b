/** The session that a request came in: at a login it goes on where it is the user's own, and ends where it is not. */
import { sha256Hex } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { sessionAuthHash } from '../tokens/authentication.ts'
import type { StoredSession } from '../tokens/session.sql.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Wanted } from './credentials.ts'
import type { SignIn } from './sign-in.ts'

/** The request's session as it is read with the account, where the login is to open one. */
export async function sessionOf(
  { now }: Pick<Deps, 'now'>,
  { sessionKey, wanted }: { readonly sessionKey: string | undefined; readonly wanted: Wanted },
): Promise<StoredSession | undefined> {
  if (sessionKey === undefined || !wanted.session) return undefined
  return { keyHash: await sha256Hex(sessionKey), now }
}

/**
 * What a sign-in does with the request's session (Django: `login`). The user's own keeps its key; of anyone else, or
 * from before the password changed, it is flushed: who used this browser before is logged out.
 */
export async function sessionFate(
  { settings }: { readonly settings: Pick<Settings, 'SECRET_KEY'> },
  sessionKey: string | undefined,
  {
    passwordHash,
    sessionAuthHash: held,
  }: { readonly passwordHash: string; readonly sessionAuthHash: string | null },
): Promise<Pick<SignIn, 'sessionKey' | 'leftSessionKey'>> {
  if (sessionKey === undefined) return {}
  const own = await sessionAuthHash(passwordHash, settings.SECRET_KEY)
  return held === own ? { sessionKey } : { leftSessionKey: sessionKey }
}
