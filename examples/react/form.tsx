import { useState, type FormEvent, type ReactNode } from 'react'
import type { Failure, Result } from 'rest-auth-edge/client'

/** One input: its name on the wire, its label, and what browsers fill in. */
export type Field<Name extends string> = {
  readonly name: Name
  readonly label: string
  readonly type: 'text' | 'email' | 'password'
  readonly autoComplete: string
}

type FormProps<Name extends string> = {
  readonly fields: readonly Field<Name>[]
  readonly action: string
  /** Sends the values; what it answers when all went well is shown. */
  readonly send: (value: (name: Name) => string) => Promise<Result<string, Name>>
}

/** A form whose messages stand beside the fields that they are about. */
export function Form<Name extends string>({ fields, action, send }: FormProps<Name>): ReactNode {
  const [failure, setFailure] = useState<Failure<Name>>()
  const [done, setDone] = useState('')
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const answered = await send((name) => String(data.get(name) ?? ''))
    setFailure(answered.ok ? undefined : answered.error)
    setDone(answered.ok ? answered.value : '')
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      {fields.map(({ name, label, type, autoComplete }) => (
        <div key={name}>
          <label htmlFor={name}>{label}</label>
          <input
            id={name}
            name={name}
            type={type}
            autoComplete={autoComplete}
            aria-describedby={`${name}-messages`}
            required
          />
          <small id={`${name}-messages`}>{messagesOf(failure, name)}</small>
        </div>
      ))}
      <button>{action}</button>
      <p role="alert">{failure === undefined ? done : textOf(failure, fields)}</p>
    </form>
  )
}

function messagesOf<Name extends string>(failure: Failure<Name> | undefined, name: Name): string {
  return failure?.kind === 'invalid' ? (failure.fields[name]?.join(' ') ?? '') : ''
}

/** What is said of no field here stands below the form: a used link is a fault of `uid`, `token` or `key`. */
function textOf<Name extends string>(
  failure: Failure<Name>,
  fields: readonly Field<Name>[],
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
    case 'unauthenticated':
    case 'forbidden':
    case 'not_found':
    case 'broken':
      return failure.message
  }
}
