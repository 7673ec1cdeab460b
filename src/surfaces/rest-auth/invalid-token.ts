/** The refusal of simplejwt's views. */
import type { Message } from '../../i18n/message.ts'
import type { Settings } from '../../settings/parse.ts'
import { unauthenticated, type ApiError } from '../../web/errors.ts'

/** 401 of simplejwt's own views: they challenge with the JWT scheme, regardless of the default authentication. */
export function invalidToken(
  settings: Pick<Settings, 'SIMPLE_JWT_AUTH_HEADER_TYPES'>,
  detail: Message,
): ApiError {
  const type = settings.SIMPLE_JWT_AUTH_HEADER_TYPES[0] ?? 'Bearer'
  return unauthenticated({ detail, code: 'token_not_valid' }, `${type} realm="api"`)
}
