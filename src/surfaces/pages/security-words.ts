/** Which texts the security page's script needs. */
import type { PageWords } from '../../i18n/words.ts'

/** The words that only the script of the security page says. */
export const SECURITY_WORDS = [
  'cancel',
  'copied',
  'passkeyAdded',
  'passkeyDeleteAsk',
  'passkeyDeleted',
  'passkeyExists',
  'passkeyName',
  'passkeyNotAdded',
  'passkeySince',
  'passkeyUsed',
  'passkeysEmpty',
  'profileAction',
  'recoveryLeft',
  'recoveryNewAsk',
  'recoveryNewDone',
  'remove',
  'rename',
  'renamed',
  'totpDone',
  'totpOff',
  'totpOn',
  'totpTurnedOff',
] as const satisfies readonly (keyof PageWords)[]
