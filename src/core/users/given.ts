/** A value that a client gave, before anything is known of its type. */
import type { OwnField } from '../../settings/own-fields.ts'

/**
 * A value as it was given, with its kind kept apart as Python does: 1 is not 1.0, nor true. `text` is Python's `str()`
 * of it.
 */
export type Given =
  | { readonly kind: 'null' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'other'; readonly value: unknown; readonly text: string }

/** A value of JavaScript's as if a JSON body had held it: for what does not come from a body. */
export function givenOf(value: unknown): Given {
  if (value === null || value === undefined) return { kind: 'null' }
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'boolean') return { kind: 'boolean', value }
  if (typeof value === 'number') return { kind: 'number', text: String(value) }
  return { kind: 'other', value, text: JSON.stringify(value) }
}

/** Whether Django would keep it in a text column, whose empty value is the empty text. */
export function isText({ type }: Pick<OwnField, 'type'>): boolean {
  return type === 'string' || type === 'choice' || type === 'url' || type === 'phone'
}
