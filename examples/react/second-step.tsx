import type { ReactNode } from 'react'
import { auth } from './auth.ts'
import { Form } from './form.tsx'

/** The second step of a login. */
export function SecondStep({ ephemeralToken }: { readonly ephemeralToken: string }): ReactNode {
  return (
    <>
      <h1>One more step</h1>
      <p>Type the code of your authenticator app, or one of your recovery codes.</p>
      <Form
        action="Continue"
        fields={[{ name: 'code', label: 'Code', autoComplete: 'one-time-code' }]}
        send={async (value) => {
          const entered = await auth.verifySecondFactor(ephemeralToken, value('code'))
          if (!entered.ok) return entered
          location.assign('/')
          return { ok: true, value: '' }
        }}
      />
      <p>
        <a href="/login">Start over</a>
      </p>
    </>
  )
}
