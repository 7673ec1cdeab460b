/** Leaving to the sign-in page, with a message for it. */
import { config } from './config.ts'
import { sayNext } from './dom.ts'

/** Goes to the sign-in page, which shows the message. */
export function leaveTo(message: string, tone: 'good' | 'plain', query = ''): void {
  sayNext(message, tone)
  location.replace(config.signInUrl + query)
}

/** Sends a visitor without login to the sign-in page, and back here afterwards. */
export function askToSignIn(): void {
  const query = `?next=${encodeURIComponent(location.pathname)}`
  leaveTo(config.words.pleaseSignIn, 'plain', query)
}
