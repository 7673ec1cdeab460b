import { useState, type ReactNode } from 'react'
import { auth, providers } from './auth.ts'
import { Form, textOf } from './form.tsx'
import { canUsePasskeys, provePasskey } from './passkeys.ts'
import { isStep, SecondStep, type Step } from './second-step.tsx'
import { SocialButtons } from './social.tsx'

/** What the page before has done. */
const DONE: Readonly<Record<string, string>> = {
  verified: 'Your address is verified. Sign in.',
  reset: 'Your new password is set. Sign in with it.',
  changed: 'Your password is changed. Sign in with it.',
  deleted: 'Your account is locked and will be deleted. A mail says how to undo that.',
  undone: 'Your account is as it was. Sign in.',
  address: 'Your address is yours again. A mail is on its way with a link for a new password.',
}

/** Signing in by password, passkey or provider; the second step where the account has one. */
export function Login(): ReactNode {
  const [step, setStep] = useState<Step>()
  const [message, setMessage] = useState('')
  const done = new URLSearchParams(location.search).get('done') ?? ''
  if (step !== undefined) return <SecondStep first={step} />

  const withPasskey = async (): Promise<void> => {
    const begun = await auth.beginPasskeyLogin()
    if (!begun.ok) {
      setMessage(textOf(begun.error))
      return
    }
    const credential = await provePasskey(begun.value.options)
    if (credential === undefined) {
      setMessage('The passkey was not used.')
      return
    }
    const answered = await auth.completePasskeyLogin(begun.value.session_id, credential)
    if (answered.ok) location.assign('/')
    else if (isStep(answered.error)) setStep(answered.error)
    else setMessage(textOf(answered.error))
  }

  return (
    <>
      <h1>Sign in</h1>
      <p className="good" role="status">
        {DONE[done]}
      </p>
      <SocialButtons purpose="login" />
      {canUsePasskeys && (
        <button type="button" className="quiet" onClick={() => void withPasskey()}>
          Sign in with a passkey
        </button>
      )}
      <p className="bad" role="alert">
        {message}
      </p>
      {(canUsePasskeys || providers.length > 0) && <p className="or">or</p>}
      <Form
        action="Sign in"
        fields={[
          { name: 'username', label: 'Username', autoComplete: 'username' },
          {
            name: 'password',
            label: 'Password',
            type: 'password',
            autoComplete: 'current-password',
          },
          { name: 'remember', label: 'Stay signed in', type: 'checkbox', autoComplete: 'off' },
        ]}
        send={async (value) => {
          const answered = await auth.login({
            username: value('username'),
            password: value('password'),
            remember: value('remember') === 'on',
          })
          if (answered.ok) location.assign('/')
          else if (isStep(answered.error)) setStep(answered.error)
          else return { ok: false, error: answered.error }
          return { ok: true, value: '' }
        }}
      />
      <p>
        <a href="/register">Sign up</a> · <a href="/forgot">Forgot password</a> ·{' '}
        <a href="/resend">No mail from us?</a>
      </p>
    </>
  )
}
