/**
 * Providers that answer by a cross-site POST (`response_mode=form_post`: Apple). A page cannot read a POST, so its
 * fields are handed on to the redirect URI in the query.
 */
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
 * `<provider>/callback/`: takes a posted answer and redirects to the redirect URI where the login began, which is
 * read from the signed state and nothing else (open redirect). Never logs in: that takes the verifier, which only
 * the browser that began has.
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
