/** A device of `SESSION_DEVICES` on the wire, and its JSON Schema. */
import type { OwnDevice } from '../../core/sign-in/devices.ts'
import { dateTimeBody } from './serializers.ts'

const TEXT = { type: 'string' } as const
const DATE_TIME = { type: 'string', format: 'date-time' } as const

/** JSON Schema of a device: one login of the caller, with any kind of credential. */
export const deviceSchema = {
  type: 'object',
  properties: {
    id: TEXT,
    kind: { type: 'string', enum: ['token', 'session', 'jwt'], examples: ['token'] },
    name: TEXT,
    device: {
      type: 'object',
      properties: {
        browser: { ...TEXT, examples: ['Firefox'] },
        system: { ...TEXT, examples: ['Linux'] },
        kind: {
          type: 'string',
          enum: ['desktop', 'mobile', 'tablet', 'program', 'unknown'],
          examples: ['desktop'],
        },
      },
      required: ['browser', 'system', 'kind'],
    },
    user_agent: TEXT,
    country: TEXT,
    city: TEXT,
    created_at: DATE_TIME,
    last_used_at: DATE_TIME,
    expires_at: { ...DATE_TIME, type: ['string', 'null'] },
    is_current: { type: 'boolean' },
  },
  required: [
    'id',
    'kind',
    'name',
    'device',
    'user_agent',
    'country',
    'city',
    'created_at',
    'last_used_at',
    'expires_at',
    'is_current',
  ],
} as const

/** A device as the API shows it. Tokens and their hashes stay in the database. */
export function deviceBody(own: OwnDevice): Readonly<Record<string, unknown>> {
  const { id, kind, name, device, userAgent, country, city, isCurrent } = own
  const time = (ms: number): string => dateTimeBody(new Date(ms))
  return {
    id,
    kind,
    name,
    device,
    user_agent: userAgent,
    country,
    city,
    created_at: time(own.createdAtMs),
    last_used_at: time(own.usedAtMs),
    expires_at: own.expiresAtMs === null ? null : time(own.expiresAtMs),
    is_current: isCurrent,
  }
}
