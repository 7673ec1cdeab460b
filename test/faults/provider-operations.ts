import { seedSocialAccount, seedUser } from '../support/seed.ts'
import type { FaultWorld } from './fault-world.ts'
import { KEY, requestOf, TOKEN, user } from './operations.ts'
import {
  openFacebook,
  openOpenid,
  openTwitter,
  type Facebook,
  type Openid,
  type Stage,
} from './provider-stages.ts'

/** One operation that asks a provider, as the matrix tries it. */
export type ProviderOperation = {
  readonly name: string
  readonly open: () => Promise<Stage>
  /** Makes the state before. */
  readonly prepare: (world: FaultWorld) => Promise<void>
  /**
   * What the same request may be answered a second time: what the provider issued can be used once, and
   * may have been although its answer got lost. Such a login is begun again.
   */
  readonly again: readonly number[]
}

const FAY = { id: '10001', email: 'fay@example.com', first_name: 'Fay', last_name: 'Book' }
const TIA = { id: '1234567890123456789', username: 'tia', name: 'Tia', email: 'tia@example.com' }
const OLA = { sub: 'ola-1', email: 'ola@corp.example', email_verified: true, name: 'Ola Open' }

/** To the issuer and back, as a browser goes. */
async function goThere(world: FaultWorld, openid: Openid): Promise<() => Request> {
  openid.signIn(OLA)
  const start = await world.send(requestOf('GET', 'oidc/corp/authorize/')())
  const { authorization_url, code_verifier }: Readonly<Record<string, string>> = await start.json()
  const back = await fetch(authorization_url ?? '', { redirect: 'manual' })
  const { searchParams } = new URL(back.headers.get('location') ?? '')
  const [code, state] = [searchParams.get('code'), searchParams.get('state')]
  return requestOf('POST', 'oidc/corp/', { code, state, code_verifier })
}

async function nobody(): Promise<void> {
  // Whoever comes is new.
}

async function alice(world: FaultWorld): Promise<void> {
  await seedUser(world.deps(), user({ tokenKey: KEY }))
}

async function aliceAtFacebook(world: FaultWorld): Promise<void> {
  await alice(world)
  await seedSocialAccount(world.deps(), { userId: 1, provider: 'facebook', uid: FAY.id })
}

const token = (facebook: Facebook) => ({ access_token: facebook.issueToken(FAY) })

/** Every way in which a login, or connecting, asks a provider. */
export const PROVIDER_OPERATIONS: readonly ProviderOperation[] = [
  {
    name: 'Facebook sign-up',
    open: () => openFacebook({ path: 'facebook/' }, token),
    prepare: nobody,
    again: [],
  },
  {
    name: 'Facebook login',
    open: () => openFacebook({ path: 'facebook/' }, token),
    prepare: aliceAtFacebook,
    again: [],
  },
  {
    name: 'Facebook login (code)',
    open: () =>
      openFacebook({ path: 'facebook/' }, (facebook) => ({
        code: facebook.issueCode({ person: FAY }),
      })),
    prepare: aliceAtFacebook,
    again: [400],
  },
  {
    name: 'Facebook connect',
    open: () => openFacebook({ path: 'facebook/connect/', headers: TOKEN }, token),
    prepare: alice,
    again: [],
  },
  {
    name: 'X sign-up',
    open: () =>
      openTwitter((twitter) => {
        const pair = twitter.issuePair(TIA)
        return { access_token: pair.token, token_secret: pair.secret }
      }),
    prepare: nobody,
    again: [],
  },
  {
    name: 'X sign-up (code)',
    open: () =>
      openTwitter((twitter) => ({
        code: twitter.issueCode({ person: TIA, scope: 'users.read users.email' }),
      })),
    prepare: nobody,
    again: [400],
  },
  {
    name: 'OpenID begin',
    open: () => openOpenid(() => Promise.resolve(requestOf('GET', 'oidc/corp/authorize/'))),
    prepare: nobody,
    again: [],
  },
  {
    name: 'OpenID sign-up (code)',
    open: () => openOpenid(goThere),
    prepare: nobody,
    again: [400],
  },
  {
    name: 'OpenID sign-up (ID token)',
    open: () =>
      openOpenid(async (_world, openid) => {
        const id_token = await openid.issueIdToken(OLA, { jti: crypto.randomUUID() })
        return requestOf('POST', 'oidc/corp/', { id_token })
      }),
    prepare: nobody,
    again: [400],
  },
  {
    name: 'OpenID connect (code)',
    open: () =>
      openOpenid((_world, openid) => {
        const body = { code: openid.issueCode({ person: OLA }) }
        return Promise.resolve(requestOf('POST', 'oidc/corp/connect/', body, TOKEN))
      }),
    prepare: alice,
    again: [400],
  },
]
