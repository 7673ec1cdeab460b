import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { en } from '../../src/i18n/languages/en.ts'

const corpus = new URL('../corpus/', import.meta.url)

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

/** What a message may be said as: its text, anything in place of its values. */
function patternOf(text: string): RegExp {
  const parts = text.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}

test('every message that the reference was heard to refuse with is one of ours, to the letter', () => {
  const recorded = recordedMessages()
  expect(recorded.size).toBeGreaterThan(50)
  const ours = Object.values(en.messages).map(patternOf)
  const unknown = [...recorded].filter((said) => !ours.some((pattern) => pattern.test(said)))
  expect(unknown).toEqual([])
})
