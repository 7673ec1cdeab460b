/** Forms as markup. Field names are the API's, so that messages find their field by name. */
import { markup, type Html } from '../../html.ts'

/** One field of a form. */
export type FormField = {
  readonly name: string
  readonly label: string
  readonly type?:
    | 'text'
    | 'email'
    | 'password'
    | 'number'
    | 'date'
    | 'url'
    | 'tel'
    | 'checkbox'
    | 'json'
  /** What may be chosen; then there is a list. */
  readonly choices?: readonly string[]
  readonly autocomplete: string
  /** Shown after the label of an optional field. */
  readonly optional?: string | undefined
  readonly isReadOnly?: boolean
  /** Shown below the label, before any error. */
  readonly hint?: Html | undefined
  readonly value?: string
}

/** A form that the script sends to the API as JSON; `id` tells the script what follows the response. */
export function form(
  id: string,
  options: {
    /** The API's URL: where a browser without our script would go, too. */
    readonly action: string
    readonly submit: string
    readonly fields: readonly FormField[]
    readonly hidden?: Readonly<Record<string, string>>
    /** Until the script shows it. */
    readonly isHidden?: boolean
  },
): Html {
  const hidden = Object.entries(options.hidden ?? {})
  return markup`<form id="${id}" method="post" action="${options.action}" novalidate${options.isHidden && { html: ' hidden' }}>
${hidden.map(
  ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">
`,
)}${options.fields.map((one) => field(id, one))}<button type="submit">${options.submit}</button>
</form>
`
}

function field(formId: string, one: FormField): Html {
  const id = `${formId}-${one.name}`
  const described = one.hint === undefined ? `${id}-error` : `${id}-hint ${id}-error`
  return markup`<div class="field">
<label for="${id}">${one.label}${one.optional === undefined ? undefined : markup` <span class="quiet">(${one.optional})</span>`}</label>
${one.hint !== undefined && markup`<div class="hint" id="${id}-hint">${one.hint}</div>`}
${control(id, one, described)}
<p class="error" id="${id}-error"></p>
</div>
`
}

/** The control of a field, with its hint and error referred to (`aria-describedby`). */
function control(id: string, one: FormField, described: string): Html {
  const type = one.type ?? 'text'
  const isRequired = one.optional === undefined && !one.isReadOnly && type !== 'checkbox'
  const required = isRequired ? { html: ' required' } : undefined
  if (one.choices !== undefined) {
    return markup`<select id="${id}" name="${one.name}"${required} aria-describedby="${described}">
<option value=""></option>${one.choices.map((choice) => markup`<option>${choice}</option>`)}
</select>`
  }
  if (type === 'json') {
    return markup`<textarea id="${id}" name="${one.name}" rows="4" autocomplete="off" autocapitalize="none" spellcheck="false"${required} aria-describedby="${described}"></textarea>`
  }
  const isName =
    type !== 'password' &&
    !one.autocomplete.startsWith('given') &&
    !one.autocomplete.startsWith('family')
  return markup`<input id="${id}" name="${one.name}" type="${type}" autocomplete="${one.autocomplete}"${isName ? { html: ' autocapitalize="none" spellcheck="false"' } : undefined}${one.value !== undefined && markup` value="${one.value}"`}${one.isReadOnly ? { html: ' readonly' } : undefined}${required} aria-describedby="${described}">`
}
