/**
 * Marks keys of logins that end with the browser. The mark is part of what is hashed, so it can be neither added
 * nor removed.
 */
import { isForgotten } from '../../settings/remember.ts'

/**
 * Ends the key of a session or token whose login ends with the browser. Part of what is hashed: clients cannot add or
 * remove it.
 */
const FORGOTTEN = '.s'

/** A random key as this login's settings require. */
export function keyOfLogin(settings: object, random: string): string {
  return isForgotten(settings) ? random + FORGOTTEN : random
}

/** Whether a session or token outlives the browser. */
export function isLastingKey(key: string): boolean {
  return !key.endsWith(FORGOTTEN)
}
