import { useState, type ReactNode } from 'react'
import type { MailedCodeRequired, SecondFactorRequired } from 'rest-auth-edge/client'
import { auth } from './auth.ts'
import { Form } from './form.tsx'

/** What a login waits for: a code of an authenticator app, or one that was mailed. */
export type Step = SecondFactorRequired | MailedCodeRequired

/** Whether a login came to another step, and not to a fault. */
export function isStep(error: { readonly kind: string }): error is Step {
  return error.kind === 'mfa_required' || error.kind === 'code_required'
}

/** Further steps of a login, one after the other. */
export function SecondStep({ first }: { readonly first: Step }): ReactNode {
  const [step, setStep] = useState(first)
  return (
    <>
      <h1>One more step</h1>
      <p>
        {step.kind === 'mfa_required'
          ? 'Type the code of your authenticator app, or one of your recovery codes.'
          : 'Type the code that we have mailed to you.'}
      </p>
      <Form
        action="Continue"
        fields={[{ name: 'code', label: 'Code', autoComplete: 'one-time-code' }]}
        send={async (value) => {
          const entered =
            step.kind === 'mfa_required'
              ? await auth.verifySecondFactor(step.ephemeralToken, value('code'))
              : await auth.confirmLoginCode(step.handle, value('code'))
          if (entered.ok) location.assign('/')
          else if (isStep(entered.error)) setStep(entered.error)
          else return { ok: false, error: entered.error }
          return { ok: true, value: '' }
        }}
      />
      <p>
        <a href="/login">Start over</a>
      </p>
    </>
  )
}
