/** Where providers may send people back to. */
import { isUrl } from '../is-url.ts'

/** Absolute, of any scheme (native apps have their own), or Google's word for pop-ups. */
export function isRedirectUri(url: string): boolean {
  return url === 'postmessage' || (/^[a-z][a-z0-9+.-]*:/i.test(url) && isUrl(url))
}
