/** JSON Schemas and responses that several endpoints share. */
import { shownFields } from '../../db/schema/users.ts'
import { shownProperties } from './own-field-schema.ts'
import type { ResponseDescription } from './define-route.ts'
import type { UserBodySettings } from './more-body.ts'
import type { Settings } from '../../settings/parse.ts'

/** JSON Schemas of the bodies that several endpoints answer. */

const STRING = { type: 'string' } as const
const DATE_TIME = { type: 'string', format: 'date-time' } as const

/** `{"detail": "…"}`. */
export const detailSchema = {
  type: 'object',
  properties: { detail: STRING },
  required: ['detail'],
} as const

/** A user as `user/` answers it. */
export const userSchema = {
  type: 'object',
  properties: Object.fromEntries(shownFields.map(({ wire, type }) => [wire, { type }])),
  required: shownFields.map(({ wire }) => wire),
} as const

/** The same under these settings: with custom fields, roles and another kind of id where they are configured. */
export function userSchemaOf(settings: UserBodySettings): Readonly<Record<string, unknown>> {
  const more = shownProperties(settings)
  const added = Object.keys(more).filter((name) => !userSchema.required.includes(name))
  return {
    ...userSchema,
    properties: { ...userSchema.properties, ...more },
    required: [...userSchema.required, ...added],
  }
}

/** An answer that is one sentence. */
export function detailResponse(description: string): ResponseDescription {
  return { description, schema: detailSchema }
}

/** An answer of messages by field. */
export function fieldErrorsResponse(description = 'Messages by field.'): ResponseDescription {
  return {
    description,
    schema: { type: 'object', additionalProperties: { type: 'array', items: STRING } },
  }
}

/** The settings for the properties of a JWT pair. */
type PairSettings = Pick<Settings, 'JWT_AUTH_LEGACY_FIELDS' | 'JWT_AUTH_RETURN_EXPIRATION'>

/** The settings for what a login answers. */
export type LoginResponseSettings = UserBodySettings &
  PairSettings &
  Pick<Settings, 'TOKEN_MODEL' | 'USE_JWT'>

/** What a login answers under the current settings, by status; no body where only a session is opened. */
export function credentialsResponses(
  settings: LoginResponseSettings,
  status = 200,
): Readonly<Record<number, ResponseDescription>> {
  if (!settings.USE_JWT && settings.TOKEN_MODEL === undefined) {
    return { 204: { description: 'Logged in.' } }
  }
  return { [status]: credentialsResponse(settings) }
}

function credentialsResponse(settings: LoginResponseSettings): ResponseDescription {
  if (!settings.USE_JWT) {
    return {
      description: 'Logged in.',
      schema: { type: 'object', properties: { key: STRING }, required: ['key'] },
    }
  }
  return {
    description: 'Logged in.',
    schema: {
      type: 'object',
      properties: { ...jwtPairSchema(settings), user: userSchemaOf(settings) },
      required: ['access', 'refresh', 'user'],
    },
  }
}

/** Properties of a JWT pair in a body. */
export function jwtPairSchema(settings: PairSettings): Readonly<Record<string, unknown>> {
  return {
    access: STRING,
    refresh: STRING,
    ...(settings.JWT_AUTH_RETURN_EXPIRATION
      ? { access_expiration: DATE_TIME, refresh_expiration: DATE_TIME }
      : {}),
    ...(settings.JWT_AUTH_LEGACY_FIELDS ? { access_token: STRING, refresh_token: STRING } : {}),
  }
}
