import { useState, type ReactNode } from 'react'
import type { Result } from 'rest-auth-edge/client'
import { auth, useAnswer } from './auth.ts'
import { Form, textOf } from './form.tsx'
import { confirmed } from './proof.tsx'

/** The own addresses: added, proved by a mail, made the primary one, taken away. */
export function Addresses(): ReactNode {
  const [addresses = [], again] = useAnswer(auth.emails)
  const [message, setMessage] = useState('')
  const change = async <Value,>(call: () => Promise<Result<Value, 'email'>>): Promise<void> => {
    const answered = await confirmed(call)
    setMessage(answered.ok ? '' : textOf(answered.error))
    await again()
  }
  return (
    <section aria-labelledby="addresses">
      <h2 id="addresses">E-mail addresses</h2>
      <ul>
        {addresses.map(({ id, email, verified, primary }) => (
          <li key={email}>
            <span>
              {email}
              <br />
              <small>{primary ? 'Primary' : verified ? 'Verified' : 'Waits for its mail'}</small>
            </span>
            {id !== null && verified && !primary && (
              <button
                type="button"
                className="quiet"
                aria-label={`Make ${email} the primary one`}
                onClick={() => void change(() => auth.makeEmailPrimary(id))}
              >
                Make primary
              </button>
            )}
            {id !== null && !verified && (
              <button
                type="button"
                className="quiet"
                aria-label={`Mail ${email} again`}
                onClick={() => void change(() => auth.resendEmail(id))}
              >
                Mail again
              </button>
            )}
            {id !== null && !primary && (
              <button
                type="button"
                className="quiet"
                aria-label={`Remove ${email}`}
                onClick={() => void change(() => auth.removeEmail(id))}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
      <p className="bad" role="alert">
        {message}
      </p>
      <Form
        action="Add address"
        tone="quiet"
        fields={[{ name: 'email', label: 'Another e-mail', type: 'email', autoComplete: 'email' }]}
        send={async (value) => {
          const answered = await confirmed(() => auth.addEmail(value('email')))
          if (!answered.ok) return answered
          await again()
          return { ok: true, value: 'A mail is on its way. Follow its link.' }
        }}
      />
    </section>
  )
}
