/**
 * Renaming and deleting a passkey in one round trip: the statement finds the caller and the passkey by itself.
 * Everything it rejects is rejected again in the usual order, with the reason.
 */
import { changePasskeyName, dropPasskey } from '../../core/second-factor/passkeys.ts'
import type { Deps } from '../../deps.ts'
import { factorsNeedRecentProof } from '../../settings/step-up.ts'
import { readBody, requireRecord } from '../../web/body.ts'
import { ApiError } from '../../web/errors.ts'
import { proofOfRequest } from './credential-proof.ts'
import type { Reply } from './define-route.ts'
import { readFields, type Fields } from './fields.ts'

/** Renames an own passkey in one round trip; errors are reported the usual way. */
export function renameAtOnce(fields: Fields) {
  return async (deps: Deps, request: Request): Promise<Reply | undefined> => {
    const proof = await proofOfRequest(deps, request, false)
    const name = proof === undefined ? undefined : await nameOf(deps, request.clone(), fields)
    const id = idOf(request)
    if (proof === undefined || name === undefined || id === undefined) return undefined
    const renamed = await changePasskeyName(deps, { proof }, { passkeyId: id, name })
    return renamed.kind === 'renamed' ? { body: { name: renamed.passkey.name } } : undefined
  }
}

/** Deletes one in one round trip. */
export async function deleteAtOnce(deps: Deps, request: Request): Promise<Reply | undefined> {
  const proof = await proofOfRequest(deps, request, factorsNeedRecentProof(deps.settings))
  const id = idOf(request)
  if (proof === undefined || id === undefined) return undefined
  return (await dropPasskey(deps, proof, id)) ? { status: 204 } : undefined
}

function idOf(request: Request): number | undefined {
  const found = /\/(\d{1,15})\/?$/.exec(new URL(request.url).pathname)?.[1]
  return found === undefined ? undefined : Number(found)
}

async function nameOf(
  { settings }: Pick<Deps, 'settings'>,
  request: Request,
  fields: Fields,
): Promise<string | undefined> {
  try {
    const body = requireRecord(await readBody(request, settings.BODY_MAX_BYTES))
    const { values, errors } = readFields(fields, body)
    const { name } = values
    return Object.keys(errors).length === 0 && typeof name === 'string' ? name : undefined
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
}
