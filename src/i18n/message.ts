/**
 * Messages as codes with values. They stay codes until the answer is written, so that rules know no language and
 * every answer is in one.
 */
import type { en } from './languages/en.ts'

type EnglishMessages = (typeof en)['messages']

/** Names a message of the API; `messages` of `languages/en.ts` has them. */
export type MessageCode = keyof EnglishMessages

/** A language's texts of the messages; `{…}` stands for a value. */
export type MessageWords = Readonly<Record<MessageCode, string>>

/** The values that a message names; one that is a word itself is said in the same language. */
export type MessageParams = Readonly<Record<string, string | number | Message>>

/**
 * What an answer says to people, by code. It stays one until the answer is written as JSON, in the language of who
 * reads it.
 */
export class Message {
  readonly code: MessageCode
  readonly params: MessageParams

  constructor(code: MessageCode, params: MessageParams = {}) {
    this.code = code
    this.params = params
  }
}

type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

type ParamsOf<Code extends MessageCode> = Readonly<
  Record<Placeholders<EnglishMessages[Code]>, string | number | Message>
>

/** A message with exactly the values that its text names. */
export function message<Code extends MessageCode>(
  code: Code,
  ...params: [Placeholders<EnglishMessages[Code]>] extends [never] ? [] : [ParamsOf<Code>]
): Message {
  return new Message(code, ...params)
}

/** The text of a message in the language of the words. */
export function say(words: MessageWords, { code, params }: Message): string {
  const text = words[code]
  // Most name no value, and an isolate's first answer would compile the pattern for nothing.
  if (!text.includes('{')) return text
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? ''
    return value instanceof Message ? say(words, value) : String(value)
  })
}
