import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { auth, useUser } from './auth.ts'
import { Form } from './form.tsx'

const query = new URLSearchParams(location.search)

/** What the page before has done. */
const DONE: Readonly<Record<string, string>> = {
  verified: 'Your address is verified. Sign in.',
  reset: 'Your new password is set. Sign in with it.',
}

function Account(): ReactNode {
  const user = useUser()
  if (user === undefined) return <h1>Account</h1>
  if (user === null) {
    return (
      <>
        <h1>Account</h1>
        <p>
          Nobody is signed in. <a href="/login">Sign in</a> or <a href="/register">sign up</a>.
        </p>
      </>
    )
  }
  return (
    <>
      <h1>Account</h1>
      <p>
        Signed in as <strong>{user.username}</strong>
      </p>
      <button type="button" onClick={() => void auth.logout()}>
        Sign out
      </button>
    </>
  )
}

function Login(): ReactNode {
  return (
    <>
      <h1>Sign in</h1>
      <p role="status">{DONE[query.get('done') ?? '']}</p>
      <Form
        action="Sign in"
        fields={[
          { name: 'username', label: 'Username', type: 'text', autoComplete: 'username' },
          {
            name: 'password',
            label: 'Password',
            type: 'password',
            autoComplete: 'current-password',
          },
        ]}
        send={async (value) => {
          const answered = await auth.login({
            username: value('username'),
            password: value('password'),
          })
          if (!answered.ok && answered.error.kind === 'mfa_required') {
            const code = prompt('The code of your authenticator app') ?? ''
            const entered = await auth.verifySecondFactor(answered.error.ephemeralToken, code)
            if (!entered.ok)
              return { ok: false, error: { kind: 'not_found', message: 'Wrong code.' } }
          } else if (!answered.ok) return answered
          location.assign('/')
          return { ok: true, value: '' }
        }}
      />
      <p>
        <a href="/register">Sign up</a> · <a href="/forgot">Forgot password</a>
      </p>
    </>
  )
}

function Register(): ReactNode {
  return (
    <>
      <h1>Sign up</h1>
      <Form
        action="Sign up"
        fields={[
          { name: 'username', label: 'Username', type: 'text', autoComplete: 'username' },
          { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email' },
          { name: 'password1', label: 'Password', type: 'password', autoComplete: 'new-password' },
        ]}
        send={async (value) => {
          const answered = await auth.register({
            username: value('username'),
            email: value('email'),
            password1: value('password1'),
            password2: value('password1'),
          })
          if (!answered.ok) return answered
          if (answered.value.kind === 'logged_in') location.assign('/')
          return { ok: true, value: 'A mail is on its way.' }
        }}
      />
    </>
  )
}

function Verify(): ReactNode {
  return (
    <>
      <h1>Verify your address</h1>
      <Form
        action="Verify"
        fields={[]}
        send={async () => {
          const answered = await auth.verifyEmail(query.get('key') ?? '')
          if (answered.ok) location.assign('/login?done=verified')
          return answered
        }}
      />
    </>
  )
}

function Forgot(): ReactNode {
  return (
    <>
      <h1>Forgot password</h1>
      <Form
        action="Send a link"
        fields={[{ name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email' }]}
        send={(value) => auth.requestPasswordReset(value('email'))}
      />
    </>
  )
}

function Reset(): ReactNode {
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
    </>
  )
}

const VIEWS: Readonly<Record<string, () => ReactNode>> = {
  '/': Account,
  '/login': Login,
  '/register': Register,
  '/verify': Verify,
  '/forgot': Forgot,
  '/reset': Reset,
}

const View = VIEWS[location.pathname] ?? Account
const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<View />)
