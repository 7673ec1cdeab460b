import { useState, type ReactNode } from 'react'
import type { Passkey, TotpSetup } from 'rest-auth-edge/client'
import { auth, useAnswer } from './auth.ts'
import { Form, textOf } from './form.tsx'
import { canUsePasskeys, makePasskey } from './passkeys.ts'
import { confirmed } from './proof.tsx'

/** The own second factor and passkeys. */
export function Security(): ReactNode {
  return (
    <>
      <AuthenticatorApp />
      <Passkeys />
    </>
  )
}

function AuthenticatorApp(): ReactNode {
  const [status, again] = useAnswer(auth.secondFactor)
  const [setup, setSetup] = useState<TotpSetup>()
  const [codes, setCodes] = useState<readonly string[]>([])
  if (status === undefined) return null
  const begin = async (): Promise<void> => {
    const begun = await confirmed(auth.beginTotp)
    if (begun.ok) setSetup(begun.value)
  }
  return (
    <section aria-labelledby="totp">
      <h2 id="totp">Two-step sign-in</h2>
      {status.mfa_enabled ? (
        <>
          <p>
            Signing in takes a code of your authenticator app. Unused recovery codes:{' '}
            {status.recovery_codes_left ?? 'unknown'}.
          </p>
          <RecoveryCodes codes={codes} setCodes={setCodes} />
          <Form
            action="Turn off"
            tone="quiet"
            fields={[{ name: 'code', label: 'Code of the app', autoComplete: 'one-time-code' }]}
            send={async (value) => {
              const answered = await auth.deactivateTotp(value('code'))
              if (answered.ok) await again()
              return answered
            }}
          />
        </>
      ) : setup === undefined ? (
        <>
          <p>A code of an app on your phone keeps out whoever knows your password.</p>
          <button type="button" className="quiet" onClick={() => void begin()}>
            Set up an app
          </button>
        </>
      ) : (
        <Setup
          setup={setup}
          done={async (made) => {
            setCodes(made)
            setSetup(undefined)
            await again()
          }}
        />
      )}
    </section>
  )
}

type SetupProps = {
  readonly setup: TotpSetup
  readonly done: (codes: readonly string[]) => Promise<void>
}

function Setup({ setup, done }: SetupProps): ReactNode {
  return (
    <>
      <p>Scan the picture with your app, or give it the key.</p>
      {setup.qr_code_data_uri !== '' && (
        <img className="qr" src={setup.qr_code_data_uri} alt="QR code for your app" />
      )}
      <p>
        <code>{setup.secret}</code>
      </p>
      <Form
        action="Turn on"
        fields={[{ name: 'code', label: 'Code of the app', autoComplete: 'one-time-code' }]}
        send={async (value) => {
          const answered = await confirmed(() =>
            auth.confirmTotp(setup.activation_token, value('code')),
          )
          if (!answered.ok) return answered
          await done(answered.value)
          return { ok: true, value: '' }
        }}
      />
    </>
  )
}

type CodesProps = {
  readonly codes: readonly string[]
  readonly setCodes: (codes: readonly string[]) => void
}

/** They are shown when they are made, and never again. */
function RecoveryCodes({ codes, setCodes }: CodesProps): ReactNode {
  const make = async (): Promise<void> => {
    const made = await confirmed(auth.regenerateRecoveryCodes)
    if (made.ok) setCodes(made.value)
  }
  if (codes.length === 0) {
    return (
      <button type="button" className="quiet" onClick={() => void make()}>
        Make new recovery codes
      </button>
    )
  }
  const file = `data:text/plain,${encodeURIComponent(codes.join('\n'))}`
  return (
    <>
      <p>Keep these codes: each lets you in once without your phone.</p>
      <pre aria-label="Recovery codes">{codes.join('\n')}</pre>
      <p>
        <a href={file} download="recovery-codes.txt">
          Download them
        </a>
      </p>
      <button type="button" className="quiet" onClick={() => setCodes([])}>
        I have kept them
      </button>
    </>
  )
}

function Passkeys(): ReactNode {
  const [passkeys, again] = useAnswer(auth.passkeys)
  const [message, setMessage] = useState('')
  if (passkeys === undefined || !canUsePasskeys) return null
  const remove = async ({ id, name }: Passkey): Promise<void> => {
    if (!confirm(`Delete the passkey “${name}”?`)) return
    const answered = await confirmed(() => auth.deletePasskey(id))
    setMessage(answered.ok ? '' : textOf(answered.error))
    await again()
  }
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">Passkeys</h2>
      <p>Sign in with the fingerprint, face or PIN of your device.</p>
      <ul>
        {passkeys.map((passkey) => (
          <li key={passkey.id}>
            {passkey.name}
            <button
              type="button"
              className="quiet"
              aria-label={`Delete ${passkey.name}`}
              onClick={() => void remove(passkey)}
            >
              Delete
            </button>
          </li>
        ))}
      </ul>
      <p className="bad" role="alert">
        {message}
      </p>
      <Form
        action="Add a passkey"
        tone="quiet"
        fields={[{ name: 'name', label: 'Its name', autoComplete: 'off', initial: 'My device' }]}
        send={async (value) => {
          const options = await confirmed(auth.beginPasskey)
          if (!options.ok) return options
          const credential = await makePasskey(options.value)
          if (credential === undefined) return { ok: true, value: 'No passkey was made.' }
          const added = await confirmed(() => auth.addPasskey(credential, value('name')))
          if (!added.ok) {
            return added.error.kind === 'invalid'
              ? {
                  ok: false,
                  error: { ...added.error, fields: { name: added.error.fields.name ?? [] } },
                }
              : { ok: false, error: added.error }
          }
          await again()
          return { ok: true, value: 'The passkey is added.' }
        }}
      />
    </section>
  )
}
