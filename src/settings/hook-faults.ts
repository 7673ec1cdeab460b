/** Checks of settings about hooks. */
import { webhookKey } from '../webhook-signature.ts'
import { HOOK_NAMES, type RemoteHook, type RemoteHooks } from './hooks.ts'
import { publicUrlFault } from './public-url.ts'

const MAX_TIMEOUT_MS = 5_000

/** What is wrong with `HOOKS`, by the hook's name and never with a value: values contain secrets. */
export function hookFaults({ HOOKS }: { readonly HOOKS: RemoteHooks }): readonly string[] {
  return Object.entries(HOOKS).flatMap(([name, hook]) => {
    if (!HOOK_NAMES.some((known) => known === name)) {
      return [`HOOKS knows ${HOOK_NAMES.join(', ')}`]
    }
    return hook === undefined ? [] : faultsOf(hook).map((fault) => `HOOKS of ${name}: ${fault}`)
  })
}

function faultsOf({ url, binding, secrets, onFailure, timeoutMs }: RemoteHook): readonly string[] {
  const urlFault = binding === undefined ? publicUrlFault(url) : undefined
  const isTimeRight = timeoutMs >= 50 && timeoutMs <= MAX_TIMEOUT_MS
  const areKeys = secrets.length > 0 && secrets.every((one) => webhookKey(one) !== undefined)
  return [
    ...(urlFault === undefined ? [] : [`url ${urlFault}`]),
    ...(areKeys
      ? []
      : ['secrets must be a list of whsec_ and the base64 of 24 to 64 random bytes']),
    ...(onFailure === 'allow' || onFailure === 'deny'
      ? []
      : ['on_failure must be allow or deny: what is done where the hook does not answer']),
    ...(isTimeRight ? [] : [`timeout_ms must be 50 to ${MAX_TIMEOUT_MS}`]),
  ]
}
