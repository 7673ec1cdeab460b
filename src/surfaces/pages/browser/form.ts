/**
 * Forms: sending them as JSON, and showing each fault at its field. Field names are the API's, so no mapping is
 * needed.
 */
import type { Answer } from './api.ts'
import { config } from './config.ts'
import { alertBox, complain, findForm, hush } from './dom.ts'

/** A form's values by name. */
export type Values = Readonly<Record<string, string>>

/** What a form does: call, success, and faults that need more than a message. */
export type FormHandlers = {
  /** Calls the API. */
  readonly send: (values: Values) => Promise<Answer>
  /** Continues with a successful response. */
  readonly done: (answer: Answer, form: HTMLFormElement) => void | Promise<void>
  /** Whether an error has been shown already. */
  readonly refused?: (answer: Answer) => 'explained' | 'unexplained'
}

/** Sends the form by script. Faults of a field appear at the field, others above the form. */
export function onSubmit(id: string, handlers: FormHandlers): void {
  const form = findForm(id)
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit(form, handlers)
  })
}

/** Sends once: a second click while a request is under way does nothing. */
async function submit(
  form: HTMLFormElement,
  { send, done, refused = () => 'unexplained' }: FormHandlers,
): Promise<void> {
  if (form.ariaBusy === 'true') return
  form.ariaBusy = 'true'
  hush()
  clearFaults(form)
  const answer = await send(valuesOf(form))
  form.ariaBusy = null
  if (answer.isOk) await done(answer, form)
  else if (refused(answer) === 'unexplained') showFaults(form, answer)
}

function valuesOf(form: HTMLFormElement): Values {
  const values: Record<string, string> = {}
  for (const input of inputsOf(form)) {
    if (!('readOnly' in input && input.readOnly) && !input.disabled)
      values[input.name] = valueOf(input)
  }
  return values
}

/** What someone fills in. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

/** The controls of a form. */
export function inputsOf(form: HTMLFormElement): readonly Control[] {
  return [...form.querySelectorAll<Control>('input, select, textarea')]
}

/** Asks for some fields of a form alone; the others are neither seen nor sent. */
export function askFor(form: HTMLFormElement, isAsked: (name: string) => boolean): void {
  for (const input of inputsOf(form)) {
    const field = input.closest<HTMLElement>('.field')
    if (field !== null) field.hidden = !isAsked(input.name)
    input.disabled = field !== null && !isAsked(input.name)
  }
}

/** Fields that may stay empty are not sent empty. */
export function given(form: HTMLFormElement | undefined, values: Values): Values {
  const isOptional = (name: string): boolean =>
    form?.querySelector(`[name="${name}"]`)?.hasAttribute('required') === false
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => !['', 'null'].includes(value) || !isOptional(name),
    ),
  )
}

/** A control's value as the API takes it; an empty optional JSON field is `null`. */
export function valueOf(input: Control): string {
  if (input.type === 'checkbox' && 'checked' in input) return String(input.checked)
  return isJson(input) && input.value.trim() === '' && !input.required ? 'null' : input.value
}

/** Whether a control holds JSON: forms use `textarea` for nothing else. */
export function isJson(input: Control): boolean {
  return input.type === 'textarea'
}

/**
 * The request's body: `profile.company` becomes `company` in `profile`. With JSON fields it is sent as a form, so
 * that the API parses them and reports at which field one is malformed.
 */
export function bodyOf(form: HTMLFormElement | undefined, values: Values): unknown {
  const hasJson =
    form !== undefined && inputsOf(form).some((one) => isJson(one) && one.name in values)
  if (hasJson) return new URLSearchParams(values)
  const whole: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const [outer = '', inner] = name.split('.')
    whole[outer] = inner === undefined ? value : { ...Object(whole[outer]), [inner]: value }
  }
  return whole
}

/** The value of an API object under a form's dotted name. */
export function valueAt(body: Readonly<Record<string, unknown>>, name: string): unknown {
  const [outer = '', inner] = name.split('.')
  const value = body[outer]
  return inner === undefined ? value : (Object(value) as Readonly<Record<string, unknown>>)[inner]
}

/** An API object by dotted names. */
function flat(body: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(body).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([inner, own]) => [`${name}.${inner}`, own] as const)
      : [[name, value] as const],
  )
}

function clearFaults(form: HTMLFormElement): void {
  for (const input of inputsOf(form)) markFault(input, [])
}

/** Puts each message at its field; messages without a field here go above the form, with the focus. */
export function showFaults(form: HTMLFormElement | undefined, answer: Answer): void {
  const inputs = form === undefined ? [] : inputsOf(form).filter(({ type }) => type !== 'hidden')
  const general: string[] = []
  let first: Control | undefined
  for (const [name, value] of flat(answer.body)) {
    // `code` is for programs when it is a string; a field of that name has a list of messages.
    if (name === 'code' && typeof value === 'string') continue
    const messages = messagesOf(value)
    const input = inputs.find((one) => one.name === name)
    if (input === undefined) {
      general.push(...messages)
    } else if (messages.length > 0) {
      markFault(input, messages)
      first ??= input
    }
  }
  if (answer.status === 0) general.push(config.words.offline)
  else if (general.length === 0 && first === undefined) general.push(config.words.unexpected)
  complain(general.length > 0 ? general : [config.words.errorSummary])
  if (first === undefined) alertBox()?.focus()
  else first.focus()
}

function messagesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** Marks a field as invalid and refers it to its messages (`aria-invalid`, `aria-describedby`). */
function markFault(input: Control, messages: readonly string[]): void {
  const place = document.getElementById(`${input.id}-error`)
  if (place !== null) place.textContent = messages.join(' ')
  if (messages.length > 0) input.setAttribute('aria-invalid', 'true')
  else input.removeAttribute('aria-invalid')
}
