import { useEffect, useState, type ReactNode } from 'react'
import { auth, providers } from './auth.ts'
import { Form, textOf } from './form.tsx'
import { isStep, SecondStep, type Step } from './second-step.tsx'

type Purpose = 'login' | 'connect'

const NAMES: Readonly<Record<string, string>> = {
  apple: 'Apple',
  facebook: 'Facebook',
  github: 'GitHub',
  google: 'Google',
  linkedin: 'LinkedIn',
  microsoft: 'Microsoft',
  twitter: 'X',
}

/** What people call a provider. */
export function nameOf(provider: string): string {
  return NAMES[provider] ?? provider.replace('oidc/', '')
}

/** Where providers send people back to; the service must list it as the app's `callback_url`. */
function callbackUrl(provider: string): string {
  return `${location.origin}/callback/${provider}`
}

/** Buttons that log in at a provider, or connect the own account with one there. */
export function SocialButtons({ purpose }: { readonly purpose: Purpose }): ReactNode {
  const [message, setMessage] = useState('')
  const leave = async (provider: string): Promise<void> => {
    const started = await auth.startSocialLogin(provider, callbackUrl(provider))
    if (!started.ok) {
      setMessage(textOf(started.error))
      return
    }
    // The verifier proves that the browser that comes back is the one that left (PKCE).
    const { code_verifier, authorization_url } = started.value
    sessionStorage.setItem('provider', JSON.stringify({ purpose, code_verifier }))
    location.assign(authorization_url)
  }
  if (providers.length === 0) return null
  return (
    <div className="providers">
      {providers.map((provider) => (
        <button key={provider} type="button" className="quiet" onClick={() => void leave(provider)}>
          {purpose === 'login' ? 'Continue with' : 'Connect'} {nameOf(provider)}
        </button>
      ))}
      <p className="bad" role="alert">
        {message}
      </p>
    </div>
  )
}

/** The page that providers send people back to. */
export function Callback(): ReactNode {
  const [message, setMessage] = useState('One moment …')
  const [step, setStep] = useState<Step>()
  const [signupToken, setSignupToken] = useState<string>()
  useEffect(() => {
    void comeBack().then((came) => {
      if (came.kind === 'second_step') setStep(came.step)
      if (came.kind === 'failed') setMessage(came.message)
      if (came.kind === 'no_address') setSignupToken(came.signupToken)
      if (came.kind === 'done') location.replace('/')
    })
  }, [])
  if (step !== undefined) return <SecondStep first={step} />
  if (signupToken !== undefined) return <Address signupToken={signupToken} onStep={setStep} />
  return (
    <>
      <h1>Sign in</h1>
      <p role="alert">{message}</p>
      <p>
        <a href="/login">Sign in another way</a>
      </p>
    </>
  )
}

/** The provider gave no address, and an account needs one: it gets a mail that verifies it. */
function Address({
  signupToken,
  onStep,
}: {
  readonly signupToken: string
  readonly onStep: (step: Step) => void
}): ReactNode {
  return (
    <>
      <h1>Your address</h1>
      <Form
        action="Go on"
        fields={[{ name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email' }]}
        send={async (value) => {
          const answered = await auth.completeSocialSignUp(signupToken, value('email'))
          if (answered.ok) location.replace('/')
          else if (isStep(answered.error)) onStep(answered.error)
          else return { ok: false, error: answered.error }
          return { ok: true, value: '' }
        }}
      />
    </>
  )
}

type Came =
  | { readonly kind: 'done' }
  | { readonly kind: 'second_step'; readonly step: Step }
  | { readonly kind: 'no_address'; readonly signupToken: string }
  | { readonly kind: 'failed'; readonly message: string }

async function comeBack(): Promise<Came> {
  const kept = sessionStorage.getItem('provider')
  sessionStorage.removeItem('provider')
  const query = new URLSearchParams(location.search)
  const code = query.get('code')
  if (kept === null || code === null) {
    return { kind: 'failed', message: 'That was not a sign-in that began here.' }
  }
  const { purpose, code_verifier } = JSON.parse(kept)
  const provider = location.pathname.replace('/callback/', '')
  const input = { code, state: query.get('state') ?? '', code_verifier }
  if (purpose === 'connect') {
    const connected = await auth.connectSocialAccount(provider, input)
    return connected.ok ? { kind: 'done' } : { kind: 'failed', message: textOf(connected.error) }
  }
  const answered = await auth.socialLogin(provider, input)
  if (answered.ok) return { kind: 'done' }
  const { error } = answered
  if (error.kind === 'invalid' && error.signupToken !== undefined) {
    return { kind: 'no_address', signupToken: error.signupToken }
  }
  return isStep(error)
    ? { kind: 'second_step', step: error }
    : { kind: 'failed', message: textOf(error) }
}
