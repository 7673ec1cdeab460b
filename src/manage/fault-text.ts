/** Fault codes of the core as English sentences. */
import type { Fault } from '../core/faults.ts'
import { en } from '../i18n/languages/en.ts'
import { say } from '../i18n/message.ts'
import { faultMessage } from '../surfaces/rest-auth/sentences.ts'

/** The sentence for a fault, as the API would word it in English. */
export function faultText(fault: Fault): string {
  return say(en.messages, faultMessage(fault))
}
