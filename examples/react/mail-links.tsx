import type { ReactNode } from 'react'
import { auth } from './auth.ts'
import { Form } from './form.tsx'

const query = new URLSearchParams(location.search)

/** Making an account. */
export function Register(): ReactNode {
  return (
    <>
      <h1>Sign up</h1>
      <Form
        action="Sign up"
        fields={[
          { name: 'username', label: 'Username', autoComplete: 'username' },
          { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email' },
          { name: 'password1', label: 'Password', type: 'password', autoComplete: 'new-password' },
          { name: 'phone', label: 'Phone', autoComplete: 'tel', optional: true },
        ]}
        send={async (value) => {
          const answered = await auth.register({
            username: value('username'),
            email: value('email'),
            password1: value('password1'),
            password2: value('password1'),
            phone: value('phone'),
          })
          if (!answered.ok) return answered
          if (answered.value.kind === 'logged_in') location.assign('/')
          return { ok: true, value: 'A mail is on its way. Follow its link.' }
        }}
      />
      <p>
        <a href="/login">I have an account</a> · <a href="/resend">The mail did not come</a>
      </p>
    </>
  )
}

/** Asking for another mail that verifies an address. */
export function Resend(): ReactNode {
  return (
    <>
      <h1>No mail from us?</h1>
      <p>Look into your spam folder first. Then we send another one.</p>
      <Form
        action="Send it again"
        fields={[{ name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email' }]}
        send={async (value) => {
          const answered = await auth.resendVerification(value('email'))
          if (!answered.ok) return answered
          return { ok: true, value: 'If this address waits for it, another mail is on its way.' }
        }}
      />
      <p>
        <a href="/login">Sign in</a>
      </p>
    </>
  )
}

/** Where the link of a verification mail leads: programs open links, people press buttons. */
export function Verify(): ReactNode {
  return (
    <>
      <h1>Verify your address</h1>
      <p>One click, and the address is yours here.</p>
      <Form
        action="Verify"
        fields={[]}
        send={async () => {
          const answered = await auth.verifyEmail(query.get('key') ?? '')
          if (answered.ok) location.assign('/login?done=verified')
          return answered.ok ? { ok: true, value: '' } : answered
        }}
      />
      <p>
        <a href="/resend">Ask for another link</a>
      </p>
    </>
  )
}

/** Where the mail to a former primary address leads: whoever changed it loses what they got by that. */
export function UndoEmailChange(): ReactNode {
  return (
    <>
      <h1>Take your address back</h1>
      <p>Your account gets its former address back, and every sign-in of it ends.</p>
      <Form
        action="Take it back"
        fields={[]}
        send={async () => {
          const answered = await auth.undoEmailChange(query.get('key') ?? '')
          if (answered.ok) location.assign('/login?done=address')
          return answered
        }}
      />
    </>
  )
}

/** Where the mail about a deletion leads. */
export function UndoDeletion(): ReactNode {
  return (
    <>
      <h1>Keep your account</h1>
      <Form
        action="Keep it"
        fields={[]}
        send={async () => {
          const answered = await auth.undoDeletion(query.get('key') ?? '')
          if (answered.ok) location.assign('/login?done=undone')
          return answered
        }}
      />
    </>
  )
}

/** Asking for a link that sets a new password. */
export function Forgot(): ReactNode {
  return (
    <>
      <h1>Forgot password</h1>
      <Form
        action="Send a link"
        fields={[{ name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email' }]}
        send={(value) => auth.requestPasswordReset(value('email'))}
      />
      <p>
        <a href="/login">Sign in</a>
      </p>
    </>
  )
}

/** Where the link of a reset mail leads. */
export function Reset(): ReactNode {
  return (
    <>
      <h1>New password</h1>
      <Form
        action="Set password"
        fields={[
          {
            name: 'new_password1',
            label: 'New password',
            type: 'password',
            autoComplete: 'new-password',
          },
        ]}
        send={async (value) => {
          const answered = await auth.confirmPasswordReset({
            uid: query.get('uid') ?? '',
            token: query.get('token') ?? '',
            new_password1: value('new_password1'),
            new_password2: value('new_password1'),
          })
          if (answered.ok) location.assign('/login?done=reset')
          return answered
        }}
      />
      <p>
        <a href="/forgot">Ask for another link</a>
      </p>
    </>
  )
}
