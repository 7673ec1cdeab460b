import { useId, useState, type FormEvent, type ReactNode } from 'react'
import type { Failure, Result } from 'rest-auth-edge/client'

/** One input: its name on the wire, its label, and what browsers fill in. */
export type Field<Name extends string> = {
  readonly name: Name
  readonly label: string
  readonly type?: 'text' | 'email' | 'password' | 'checkbox'
  readonly autoComplete: string
  readonly optional?: true
  readonly initial?: string
}

type FormProps<Name extends string> = {
  readonly fields: readonly Field<Name>[]
  readonly action: string
  readonly tone?: 'quiet'
  /** Sends the values; what it answers when all went well is shown. */
  readonly send: (value: (name: Name) => string) => Promise<Result<string, Name>>
}

/** A form whose messages stand beside the fields that they are about. */
export function Form<Name extends string>({
  fields,
  action,
  tone,
  send,
}: FormProps<Name>): ReactNode {
  const [failure, setFailure] = useState<Failure<Name>>()
  const [done, setDone] = useState('')
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    if (isBusy) return
    const form = event.currentTarget
    const data = new FormData(form)
    setBusy(true)
    const answered = await send((name) => String(data.get(name) ?? ''))
    setBusy(false)
    setFailure(answered.ok ? undefined : answered.error)
    setDone(answered.ok ? answered.value : '')
    if (answered.ok && fields.some(({ type }) => type === 'password')) form.reset()
  }
  return (
    <form onSubmit={(event) => void submit(event)} aria-busy={isBusy}>
      {fields.map((field) => (
        <Input key={field.name} field={field} messages={messagesOf(failure, field.name)} />
      ))}
      <button className={tone}>{action}</button>
      <p className="bad" role="alert">
        {failure === undefined ? '' : textOf(failure, fields)}
      </p>
      <p className="good" role="status">
        {done}
      </p>
    </form>
  )
}

type InputProps = { readonly field: Field<string>; readonly messages: string }

function Input({ field, messages }: InputProps): ReactNode {
  const id = useId()
  const [isShown, setShown] = useState(false)
  const isPassword = field.type === 'password'
  return (
    <div className="field">
      <label htmlFor={id}>{field.label}</label>
      <div className="input">
        <input
          id={id}
          name={field.name}
          type={isPassword && isShown ? 'text' : (field.type ?? 'text')}
          autoComplete={field.autoComplete}
          autoCapitalize="none"
          defaultValue={field.initial}
          aria-describedby={`${id}-messages`}
          aria-invalid={messages !== ''}
          required={field.optional === undefined && field.type !== 'checkbox'}
        />
        {isPassword && (
          <button
            type="button"
            className="quiet"
            aria-pressed={isShown}
            aria-label="Show password"
            onClick={() => setShown(!isShown)}
          >
            {isShown ? 'Hide' : 'Show'}
          </button>
        )}
      </div>
      <small id={`${id}-messages`} className="bad">
        {messages}
      </small>
    </div>
  )
}

function messagesOf<Name extends string>(failure: Failure<Name> | undefined, name: Name): string {
  return failure?.kind === 'invalid' ? (failure.fields[name]?.join(' ') ?? '') : ''
}

/** What is said of no field here stands below the form: a used link is a fault of `uid`, `token` or `key`. */
export function textOf<Name extends string>(
  failure: Failure<Name>,
  fields: readonly Field<Name>[] = [],
): string {
  switch (failure.kind) {
    case 'invalid': {
      const shown: readonly string[] = fields.map(({ name }) => name)
      const others = Object.entries<readonly string[] | undefined>(failure.fields)
        .filter(([name]) => !shown.includes(name))
        .flatMap(([name, messages = []]) => messages.map((message) => `${name}: ${message}`))
      return [...failure.messages, ...others].join(' ')
    }
    case 'unreachable':
      return 'The service does not answer. Try again in a moment.'
    case 'throttled':
      return `Too many tries. Come back in ${failure.retryAfterSeconds} s.`
    case 'reauthentication_required':
    case 'unauthenticated':
    case 'forbidden':
    case 'not_found':
    case 'broken':
      return failure.message
  }
}
