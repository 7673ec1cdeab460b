/** Settings that none of the upstream packages has. */
import { meaning } from './meaning.ts'
import {
  days,
  flag,
  integer,
  oneOf,
  optionalString,
  optionalTrimmed,
  stringList,
  trimmedString,
  usual,
  wordList,
} from './setting.ts'
import { introspectionClients } from './introspection.ts'

/** Settings of this service alone. */
export const ourSettings = {
  DJANGO_COMPATIBILITY: oneOf(
    ['safe', 'exact'],
    'safe',
    meaning(
      'exact: answer as dj-rest-auth does, its weaknesses included; every difference is a setting of its own.',
    ),
  ),
  URL_PREFIX: usual('prefix', '/dj-rest-auth/', meaning('Path under which every endpoint lies.')),
  TURSO_DATABASE_URL: trimmedString('', meaning('URL of the libSQL database. A secret.')),
  TURSO_AUTH_TOKEN: optionalTrimmed(undefined, meaning('Token of the database. A secret.')),
  PASSWORD_QUEUE_MAX_MS: integer(
    { min: 100, max: 600_000 },
    10_000,
    meaning(
      'Longest that a login waits for the hashing of others, milliseconds; who would wait longer is answered 503 at once.',
    ),
  ),
  DATABASE_TIMEOUT_MS: integer(
    { min: 100, max: 600_000 },
    5_000,
    meaning('Deadline of one database call, milliseconds.'),
  ),
  RESEND_API_KEY: optionalTrimmed(
    undefined,
    meaning('Key of the mail provider. Absent: mails wait in the outbox. A secret.'),
  ),
  CRON_MAX_SUBREQUESTS: integer(
    { min: 20, max: 10_000 },
    1_000,
    meaning(
      'Outgoing requests of one run of the cron handler; a run is over before. 50 on the free plan.',
    ),
  ),
  PUBLIC_URL: optionalTrimmed(
    undefined,
    meaning(
      'Where this service is reached: base of links to its own pages, https://auth.example.com.',
    ),
  ),
  PASSWORD_PBKDF2_CALLS: integer(
    { min: 1, max: 20 },
    6,
    meaning('Chained PBKDF2 calls of a new password hash; 1 writes what stock Django reads.'),
  ),
  PASSWORD_PBKDF2_ITERATIONS: integer(
    { min: 1_000, max: 100_000 },
    100_000,
    meaning('Iterations of each call; Workers refuse more than 100,000.'),
  ),
  BODY_MAX_BYTES: integer({ min: 1_024 }, 65_536, meaning('Longest accepted request body.')),
  REFRESH_TOKEN_GRACE_SECONDS: integer(
    { min: 0, max: 300 },
    10,
    meaning('For so long a rotated refresh token answers with the same successor again.'),
  ),
  SESSION_MANAGEMENT: flag(
    { safe: true, exact: false },
    meaning('sessions/ lists and ends the own logins, logout/all/ ends everything.'),
  ),
  KNOWN_DEVICE_COOKIE: optionalString(
    { safe: 'known_device', exact: undefined },
    meaning(
      'Cookie by which a login knows its device again: an attack on the account does not lock it out.',
    ),
  ),
  SERVER_TIMING: flag(
    false,
    meaning(
      'Answers say how long each call of the database took (Server-Timing). For finding out where time goes: everybody can read it.',
    ),
  ),
  AUDIT_LOG: flag(
    false,
    meaning(
      'The cron handler writes audit events into the log, a JSON line each, names and addresses included (docs/operations.md#audit-events-elsewhere).',
    ),
  ),
  HEALTH_ENDPOINTS: flag(
    true,
    meaning('/healthz (alive) and /readyz (the database answers and is migrated) exist.'),
  ),
  METRICS_TOKEN: optionalTrimmed(
    undefined,
    meaning('Bearer token of /metrics (Prometheus); absent: no such page. A secret.'),
  ),
  TRUSTED_PROXY_SECRETS: stringList(
    [],
    meaning(
      'By these, in X-Trusted-Proxy-Secret, a server proves that it may name the address of whom it calls for. A secret.',
    ),
  ),
  TURNSTILE_SECRET_KEY: optionalTrimmed(
    undefined,
    meaning(
      'Secret of a Cloudflare Turnstile widget; with it TURNSTILE_ACTIONS want its token. A secret.',
    ),
  ),
  TURNSTILE_ACTIONS: wordList(
    ['login', 'signup', 'reset_password', 'resend_email', 'social_login', 'change_password'],
    ['login', 'signup', 'reset_password'],
    meaning(
      'What Turnstile guards: login, signup, reset_password, resend_email, social_login, change_password.',
    ),
  ),
  TURNSTILE_HOSTNAMES: stringList(
    [],
    meaning(
      'Sites whose Turnstile tokens count; empty: this one and the trusted and allowed origins.',
    ),
  ),
  AUDIT_EVENTS: flag(
    true,
    meaning('Logins, failures and changes are noted in the table audit_events.'),
  ),
  AUDIT_RETENTION_DAYS: days({ min: 1 }, 90, meaning('Days for which audit events are kept.')),
  JWT_AUTH_PARTITIONED: flag(false, meaning('JWT cookies are Partitioned (CHIPS).')),
  INTROSPECTION_CLIENTS: introspectionClients(
    meaning(
      'Backends that may ask token/introspect/ about tokens, as JSON: secrets by client id. A secret.',
    ),
  ),
  API_DOCS: flag(true, meaning('openapi.json and the page docs/ are served.')),

  TOKEN_BLACKLIST_ENABLED: flag(
    true,
    meaning("simplejwt's token_blacklist: logout and rotation revoke refresh tokens."),
  ),
} as const
