/** The Worker of this repository: the service with no settings in code. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { createRestAuth } from './rest-auth.ts'

const auth = createRestAuth()

export default auth

/** For other Workers of the account: `services = [{ binding = "AUTH", service = "…", entrypoint = "Auth" }]`. */
export const Auth = auth.entrypoint(WorkerEntrypoint)
