import { config } from './config.ts'
import { sayNext } from './dom.ts'

/** Leads to the sign-in page, which says why. */
export function leaveTo(message: string, tone: 'good' | 'plain', query = ''): void {
  sayNext(message, tone)
  location.replace(config.signInUrl + query)
}

/** Leads somebody who is not signed in to the sign-in page, and back here afterwards. */
export function askToSignIn(): void {
  const query = `?next=${encodeURIComponent(location.pathname)}`
  leaveTo(config.words.pleaseSignIn, 'plain', query)
}
