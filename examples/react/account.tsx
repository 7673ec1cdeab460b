import { useState, type ReactNode } from 'react'
import { Addresses } from './addresses.tsx'
import { auth, providers, useAnswer, useUser, type Person } from './auth.ts'
import { Form, textOf } from './form.tsx'
import { Leaving } from './leaving.tsx'
import { confirmed, ProofDialog } from './proof.tsx'
import { Security } from './security.tsx'
import { nameOf, SocialButtons } from './social.tsx'

/** The own account, or the way to it. */
export function Account(): ReactNode {
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
      <Profile user={user} />
      <Addresses />
      <Password />
      <Security />
      {providers.length > 0 && <SocialAccounts />}
      <Devices />
      <Leaving />
      <button type="button" className="quiet" onClick={() => void auth.logout()}>
        Sign out
      </button>
      <ProofDialog />
    </>
  )
}

function Profile({ user }: { readonly user: Person }): ReactNode {
  return (
    <section aria-labelledby="profile">
      <h2 id="profile">About you</h2>
      <Form
        action="Save"
        fields={[
          {
            name: 'first_name',
            label: 'First name',
            autoComplete: 'given-name',
            optional: true,
            initial: user.first_name,
          },
          {
            name: 'last_name',
            label: 'Last name',
            autoComplete: 'family-name',
            optional: true,
            initial: user.last_name,
          },
          {
            name: 'phone',
            label: 'Phone',
            autoComplete: 'tel',
            optional: true,
            initial: user.phone,
          },
          {
            name: 'profile',
            label: 'Company',
            autoComplete: 'organization',
            optional: true,
            initial: user.profile.company,
          },
        ]}
        send={async (value) => {
          const answered = await auth.updateUser({
            first_name: value('first_name'),
            last_name: value('last_name'),
            phone: value('phone'),
            profile: { company: value('profile') },
          })
          return answered.ok ? { ok: true, value: 'Saved.' } : answered
        }}
      />
    </section>
  )
}

function Password(): ReactNode {
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      <Form
        action="Change password"
        fields={[
          {
            name: 'new_password1',
            label: 'New password',
            type: 'password',
            autoComplete: 'new-password',
          },
        ]}
        send={(value) =>
          confirmed(() =>
            auth.changePassword({
              new_password1: value('new_password1'),
              new_password2: value('new_password1'),
            }),
          )
        }
      />
    </section>
  )
}

function SocialAccounts(): ReactNode {
  const [accounts = [], again] = useAnswer(auth.socialAccounts)
  const [message, setMessage] = useState('')
  const disconnect = async (id: number): Promise<void> => {
    const answered = await auth.disconnectSocialAccount(id)
    setMessage(answered.ok ? '' : textOf(answered.error))
    await again()
  }
  return (
    <section aria-labelledby="social">
      <h2 id="social">Connected accounts</h2>
      <ul>
        {accounts.map(({ id, provider }) => (
          <li key={id}>
            {nameOf(provider)}
            <button
              type="button"
              className="quiet"
              aria-label={`Disconnect ${nameOf(provider)}`}
              onClick={() => void disconnect(id)}
            >
              Disconnect
            </button>
          </li>
        ))}
      </ul>
      <p className="bad" role="alert">
        {message}
      </p>
      <SocialButtons purpose="connect" />
    </section>
  )
}

function Devices(): ReactNode {
  const [devices = [], again] = useAnswer(auth.devices)
  const end = async (ended: Promise<unknown>): Promise<void> => {
    await ended
    await again()
  }
  return (
    <section aria-labelledby="logins">
      <h2 id="logins">Where you are signed in</h2>
      <ul>
        {devices.map(({ id, name, device, last_used_at, is_current }) => (
          <li key={id}>
            <span>
              {name === '' ? `${device.browser} on ${device.system}` : name}
              <br />
              <small>{new Date(last_used_at).toLocaleString()}</small>
            </span>
            {is_current ? (
              <strong>This device</strong>
            ) : (
              <button type="button" className="quiet" onClick={() => void end(auth.endLogin(id))}>
                Sign out there
              </button>
            )}
          </li>
        ))}
      </ul>
      {devices.length > 1 && (
        <button type="button" className="quiet" onClick={() => void end(auth.endOtherLogins())}>
          Sign out everywhere else
        </button>
      )}
    </section>
  )
}
