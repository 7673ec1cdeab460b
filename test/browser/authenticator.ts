import type { Page } from 'playwright-core'

/** Chromium's own software authenticator, as a page of a test sees it. */
export type VirtualAuthenticator = {
  /** How many passkeys it holds. */
  readonly count: () => Promise<number>
  /** Whether it answers by itself, as if somebody touched it at once. */
  readonly setPresent: (isPresent: boolean) => Promise<void>
}

/** Plugs a platform authenticator with user verification into a page (CDP's domain WebAuthn). */
export async function plugInAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    count: async () => {
      const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.length
    },
    setPresent: async (enabled) => {
      await session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
    },
  }
}
