import { en } from '../../src/i18n/languages/en.ts'
import { Message, say } from '../../src/i18n/message.ts'

/** What a body is once it is said in English. */
export function inEnglish(body: unknown): unknown {
  if (body instanceof Message) return say(en.messages, body)
  if (Array.isArray(body)) return body.map(inEnglish)
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).map(([name, part]) => [name, inEnglish(part)]))
}
