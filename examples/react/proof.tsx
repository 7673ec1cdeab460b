import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { ReauthenticationFlow, Result } from 'rest-auth-edge/client'
import { auth } from './auth.ts'
import { Form } from './form.tsx'

type Flows = readonly ReauthenticationFlow[]

/** Opens the dialog; answers whether the proof was given. */
let ask: (flows: Flows) => Promise<boolean> = () => Promise.resolve(false)

/** A call that may want a recent proof of who is calling: asks for one, then calls again. */
export async function confirmed<Value, Field extends string>(
  call: () => Promise<Result<Value, Field>>,
): Promise<Result<Value, Field>> {
  const answered = await call()
  if (answered.ok || answered.error.kind !== 'reauthentication_required') return answered
  return (await ask(answered.error.flows)) ? call() : answered
}

/** Where `confirmed` asks. */
export function ProofDialog(): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const finish = useRef<(isProved: boolean) => void>(() => undefined)
  const [flows, setFlows] = useState<Flows>([])
  useEffect(() => {
    ask = (wanted) => {
      setFlows(wanted)
      dialog.current?.showModal()
      return new Promise((resolve) => {
        finish.current = resolve
      })
    }
  }, [])
  const done = (isProved: boolean): void => {
    finish.current(isProved)
    dialog.current?.close()
  }
  const isByPassword = flows.some(({ id }) => id === 'reauthenticate')
  const isByCode = flows.some(({ types = [] }) => types.includes('totp'))
  return (
    <dialog ref={dialog} aria-labelledby="proof" onClose={() => done(false)}>
      <h2 id="proof">Is it you?</h2>
      {isByPassword && (
        <Form
          action="Confirm"
          fields={[
            {
              name: 'password',
              label: 'Your password',
              type: 'password',
              autoComplete: 'current-password',
            },
          ]}
          send={async (value) => {
            const proved = await auth.reauthenticate({ password: value('password') })
            if (!proved.ok) return { ok: false, error: proved.error }
            done(true)
            return { ok: true, value: '' }
          }}
        />
      )}
      {isByCode && (
        <Form
          action="Confirm"
          fields={[{ name: 'code', label: 'Your code', autoComplete: 'one-time-code' }]}
          send={async (value) => {
            const proved = await auth.reauthenticate({ code: value('code') })
            if (!proved.ok) return { ok: false, error: proved.error }
            done(true)
            return { ok: true, value: '' }
          }}
        />
      )}
      {!isByPassword && !isByCode && (
        <p>
          <a href="/login">Sign in again</a>, then come back.
        </p>
      )}
      <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
        Cancel
      </button>
    </dialog>
  )
}
