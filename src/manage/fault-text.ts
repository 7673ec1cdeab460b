import type { Fault } from '../core/faults.ts'
import { en } from '../i18n/languages/en.ts'
import { say } from '../i18n/message.ts'
import { faultMessage } from '../surfaces/rest-auth/sentences.ts'

/** What the command line says of a fault: the API's English. */
export function faultText(fault: Fault): string {
  return say(en.messages, faultMessage(fault))
}
