import type { Settings } from '../../settings/parse.ts'
import { jwtOf } from '../../web/authentication.ts'
import { ApiError } from '../../web/errors.ts'

/** The JWT of a request, where nothing is wrong with how it came; else that is said the usual way. */
export async function provenJwtOf(
  settings: Settings,
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
