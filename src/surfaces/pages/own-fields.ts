/** Custom fields (`USER_FIELDS`) on the pages. */
import { markup } from '../../html.ts'
import type { OwnField } from '../../settings/own-fields.ts'
import type { PageContext } from './document.ts'
import type { FormField } from './form.ts'

/** The custom fields that users fill in themselves, as form fields. */
export function ownFormFields({ settings, words }: PageContext): readonly FormField[] {
  return settings.USER_FIELDS.filter(
    ({ read, write }) => read === 'owner' && write === 'owner',
  ).map((field) => ({
    name: field.name,
    label: field.label ?? labelOf(field.name),
    ...CONTROLS[field.type],
    ...(field.type === 'choice' ? { choices: field.choices } : {}),
    ...(field.help === undefined ? {} : { hint: markup`${field.help}` }),
    ...(field.required || field.type === 'boolean' ? {} : { optional: words.optional }),
  }))
}

const CONTROLS = {
  string: { type: 'text', autocomplete: 'on' },
  integer: { type: 'number', autocomplete: 'on' },
  boolean: { type: 'checkbox', autocomplete: 'off' },
  date: { type: 'date', autocomplete: 'on' },
  choice: { autocomplete: 'off' },
  url: { type: 'url', autocomplete: 'url' },
  phone: { type: 'tel', autocomplete: 'tel' },
  json: { type: 'json', autocomplete: 'off' },
} as const satisfies Readonly<Record<OwnField['type'], Pick<FormField, 'type' | 'autocomplete'>>>

/** The label of a field: `Job title` for `profile.job_title`. */
function labelOf(name: string): string {
  const words = name.slice(name.lastIndexOf('.') + 1).replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
