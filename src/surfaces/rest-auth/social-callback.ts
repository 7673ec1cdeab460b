import { message } from '../../i18n/message.ts'
import { returnAddress } from '../../core/social/authorize.ts'
import type { ConfiguredProvider } from '../../core/social/providers/configured.ts'
import type { Deps } from '../../deps.ts'
import { readBody, requireRecord } from '../../web/body.ts'
import { badRequest } from '../../web/errors.ts'

/** What a posted answer may hold; Apple's `user` comes once in a person's life. */
const POSTED = ['code', 'state', 'user', 'error']
const POSTED_MAX_BYTES = 64 * 1024

/**
 * `<provider>/callback/`: takes the answer that a provider posts, which a browser's page cannot read, and
 * hands it on to the redirect URI where the login began. Logs nobody in: that takes the verifier.
 */
export async function serveSocialCallback(
  deps: Deps,
  request: Request,
  configured: ConfiguredProvider,
): Promise<Response> {
  const { values } = requireRecord(await readBody(request, POSTED_MAX_BYTES))
  const state = values['state']
  const address =
    typeof state === 'string' ? await returnAddress(deps, configured, state) : undefined
  if (address === undefined) throw badRequest(message('state_invalid'))
  const url = new URL(address)
  for (const name of POSTED) {
    const value = values[name]
    if (typeof value === 'string') url.searchParams.set(name, value)
  }
  return new Response(null, { status: 303, headers: { Location: url.href } })
}
