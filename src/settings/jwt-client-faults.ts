/** Checks of `JWT_CLIENTS`. */
import { CLIENT_CLAIM, type JwtClient } from './jwt-clients.ts'
import type { Settings } from './table.ts'
import { originFault } from './urls.ts'

/** Clients whose tokens could not be created or distinguished. */
export function jwtClientFaults(settings: Settings): readonly string[] {
  const { JWT_CLIENTS } = settings
  if (JWT_CLIENTS.length === 0) return []
  return [
    ...(settings.USE_JWT
      ? []
      : ['JWT_CLIENTS needs USE_JWT: keys and sessions say nothing of a client']),
    ...claimFaults(settings),
    ...JWT_CLIENTS.flatMap((client) => [...subjectFaults(client), ...originFaults(client)]),
    ...sharedOrigins(JWT_CLIENTS),
  ]
}

/** Nothing else may be called as the claim by which a token names its client. */
function claimFaults(settings: Settings): readonly string[] {
  const ofFields = settings.USER_FIELDS.filter(({ jwt, name }) => jwt && name === CLIENT_CLAIM)
  return [
    ...(
      [
        'SIMPLE_JWT_USER_ID_CLAIM',
        'SIMPLE_JWT_TOKEN_TYPE_CLAIM',
        'SIMPLE_JWT_JTI_CLAIM',
        'SIMPLE_JWT_REVOKE_TOKEN_CLAIM',
      ] as const
    )
      .filter((name) => settings[name] === CLIENT_CLAIM)
      .map((name) => `${name} cannot be ${CLIENT_CLAIM}: it names one of JWT_CLIENTS`),
    ...(settings.JWT_CLAIMS.some(({ claim }) => claim === CLIENT_CLAIM) || ofFields.length > 0
      ? [`JWT_CLAIMS cannot say ${CLIENT_CLAIM}: it names one of JWT_CLIENTS`]
      : []),
  ]
}

function subjectFaults({ id, sub }: JwtClient): readonly string[] {
  if (sub === undefined || ['pk', 'username', 'email'].includes(sub)) return []
  return [`JWT_CLIENTS can take sub of ${id} from pk, username or email alone: it names the user`]
}

function originFaults({ id, origins }: JwtClient): readonly string[] {
  return origins.flatMap((origin) => {
    const fault = originFault(origin)
    return fault === undefined
      ? []
      : [`JWT_CLIENTS has ${JSON.stringify(origin)} of ${id}: ${fault}`]
  })
}

/** A page that names no client is the one's whose origin it has. */
function sharedOrigins(clients: readonly JwtClient[]): readonly string[] {
  const all = clients.flatMap(({ origins }) => [...new Set(origins)])
  const shared = new Set(all.filter((origin, index) => all.indexOf(origin) !== index))
  return [...shared].map((origin) => `JWT_CLIENTS gives ${origin} to more than one client`)
}
