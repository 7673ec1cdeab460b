/** Tables of second factors in Django, and the steps that import them. */
import {
  readAllauthCodes,
  readAllauthPasskey,
  readPasskey,
  readRestAuthCodes,
  readTotp,
} from './factor-rows.ts'
import { passkeysTarget, recoveryCodesTarget, totpDevicesTarget } from './target.ts'
import type { DjangoTable, ImportStep } from './step.ts'

const AUTHENTICATOR = {
  columns: ['id', 'user_id', 'type', 'data', 'created_at', 'last_used_at'],
  required: ['id', 'user_id', 'type', 'data', 'created_at'],
  primaryKey: 'id',
} as const

/** dj-rest-auth's one-time codes. */
const REST_AUTH: DjangoTable = { name: 'dj_rest_auth_mfa_authenticator', ...AUTHENTICATOR }

/** allauth's, whose secrets are in clear unless the project's adapter encrypts them. */
const ALLAUTH: DjangoTable = { name: 'mfa_authenticator', ...AUTHENTICATOR }

/** dj-rest-auth's passkeys. */
const PASSKEYS: DjangoTable = {
  name: 'passkeys_webauthncredential',
  columns: [
    'id',
    'user_id',
    'name',
    'credential_id',
    'public_key',
    'sign_count',
    'transports',
    'discoverable',
    'created_at',
    'last_used_at',
  ],
  required: ['id', 'user_id', 'credential_id', 'public_key', 'created_at'],
  binary: ['credential_id', 'public_key'],
  primaryKey: 'id',
}

/** Every table of second factors that is read. */
export const FACTOR_TABLES: readonly DjangoTable[] = [REST_AUTH, ALLAUTH, PASSKEYS]

/** The steps that bring them; recovery codes are rows of the same tables as the secrets. */
export function factorSteps(): readonly ImportStep[] {
  return [
    { table: REST_AUTH, target: totpDevicesTarget, read: readTotp },
    {
      table: REST_AUTH,
      name: `${REST_AUTH.name}, codes`,
      target: recoveryCodesTarget,
      read: readRestAuthCodes,
    },
    { table: ALLAUTH, target: totpDevicesTarget, read: readTotp },
    {
      table: ALLAUTH,
      name: `${ALLAUTH.name}, codes`,
      target: recoveryCodesTarget,
      read: readAllauthCodes,
    },
    {
      table: ALLAUTH,
      name: `${ALLAUTH.name}, passkeys`,
      target: passkeysTarget,
      read: readAllauthPasskey,
    },
    { table: PASSKEYS, target: passkeysTarget, read: readPasskey },
  ]
}
