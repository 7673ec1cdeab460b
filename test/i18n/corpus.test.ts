import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { translatorOf } from '../../src/i18n/translate.ts'

const corpus = new URL('../corpus/', import.meta.url)

/** For developers, who read them in English: simplejwt's claims, X's refusal of its own API. */
const ENGLISH_ONLY = [
  "Token has no 'exp' claim",
  'Token has no type',
  'No access to private resources at "api.x.com".',
  'Surrogate characters are not allowed: U+D800.',
]

/** The messages in every recorded refusal. */
function recordedMessages(): ReadonlySet<string> {
  const messages = new Set<string>()
  for (const name of readdirSync(corpus).filter((file) => file.endsWith('.json'))) {
    collect(JSON.parse(readFileSync(new URL(name, corpus), 'utf8')), messages)
  }
  return messages
}

function collect(value: unknown, messages: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if ('status' in value && 'json' in value && Number(value.status) >= 400) {
    collectTexts(value.json, messages)
  }
  for (const [name, part] of Object.entries(value)) {
    // What providers say is not ours.
    if (name !== 'provider') collect(part, messages)
  }
}

function collectTexts(value: unknown, messages: Set<string>): void {
  if (typeof value === 'string' && value.includes(' ')) messages.add(value)
  if (typeof value !== 'object' || value === null || '$match' in value) return
  for (const part of Object.values(value)) collectTexts(part, messages)
}

test('every message that the reference was heard to refuse with is translated', async () => {
  const translate = await translatorOf('de')
  const messages = recordedMessages()
  expect(messages.size).toBeGreaterThan(50)
  const untranslated = [...messages].filter((message) => translate?.(message) === message)
  expect(untranslated.filter((message) => !ENGLISH_ONLY.includes(message))).toEqual([])
})
