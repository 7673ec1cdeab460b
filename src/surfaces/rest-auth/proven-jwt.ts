/** A helper of the shortcuts: the request's JWT where nothing about it needs an error. */
import { jwtOf, type AuthenticationSettings } from '../../web/authentication.ts'
import { ApiError } from '../../web/errors.ts'

/**
 * The JWT of a request whose header or cookie is well-formed and carries its CSRF proof; `undefined` where anything
 * is wrong, which the usual order then reports.
 */
export async function provenJwtOf(
  settings: AuthenticationSettings,
  request: Request,
): Promise<string | undefined> {
  try {
    const how = { formToken: () => Promise.resolve(''), unprovenJwtCookie: 'refused' } as const
    return await jwtOf(settings, { request, ...how })
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}
