/** django-cors-headers' settings. */
import { meaning } from './meaning.ts'
import { flag, seconds, stringList } from './setting.ts'

/** django-cors-headers' settings. */
export const corsSettings = {
  CORS_ALLOWED_ORIGINS: stringList([], meaning('Origins whose scripts may read answers.')),
  CORS_ALLOWED_ORIGIN_REGEXES: stringList(
    [],
    meaning(
      'The same as regular expressions of whole origins; with credentials, never one of every origin.',
    ),
  ),
  CORS_ALLOW_ALL_ORIGINS: flag(false, meaning('Any origin; never together with credentials.')),
  CORS_ALLOW_CREDENTIALS: flag(false, meaning('Cookies may travel across origins.')),
  CORS_ALLOW_HEADERS: stringList(
    ['accept', 'authorization', 'content-type', 'user-agent', 'x-csrftoken', 'x-requested-with'],
    meaning('Request headers that scripts may set.'),
  ),
  CORS_ALLOW_METHODS: stringList(
    ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
    meaning('Methods that scripts may use.'),
  ),
  CORS_EXPOSE_HEADERS: stringList(
    ['retry-after', 'x-request-id'],
    meaning('Response headers that scripts may read.'),
  ),
  CORS_PREFLIGHT_MAX_AGE: seconds(
    { min: 0 },
    86_400,
    meaning('Seconds a browser may keep a preflight.'),
  ),
} as const
