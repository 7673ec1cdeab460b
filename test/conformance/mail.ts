import type { EmailMessage } from '../../src/email-message.ts'
import type { ExpectedMail } from './corpus.ts'
import { matchJson, mismatch, pythonPattern, type Mismatch } from './match.ts'
import { requireText } from './require.ts'
import { expandText, type Memory } from './values.ts'

/** Compares all mails since the last look, and captures from their text what is asked for. */
export function matchMails(
  expected: ExpectedMail,
  mails: readonly EmailMessage[],
  memory: Memory,
): readonly Mismatch[] {
  const count = matchJson(expected.count, mails.length, memory, 'mail count')
  return [
    ...count,
    ...expected.messages.flatMap(({ to, subject, captures }, index) => {
      const mail = mails[index]
      const where = `mail ${index}`
      return [
        ...matchJson(to, mail === undefined ? undefined : [mail.to], memory, `${where} to`),
        ...matchJson(subject, mail?.subject, memory, `${where} subject`),
        ...Object.entries(captures ?? {}).flatMap(([name, pattern]) =>
          captureFromMail(name, requireText(pattern, where), mail?.text, memory, where),
        ),
      ]
    }),
  ]
}

function captureFromMail(
  name: string,
  pattern: string,
  text: string | undefined,
  memory: Memory,
  where: string,
): readonly Mismatch[] {
  const found = pythonPattern(expandText(pattern, memory)).exec(text ?? '')?.[1]
  if (found === undefined) return [mismatch(`${where} text`, pattern, text)]
  memory.captured.set(name, found)
  return []
}
