/** Checks of lists that few deployments give. Each is about its own setting, and says nothing of an empty one. */
import type { RareChecks } from './check.ts'
import { hookFaults } from './hook-faults.ts'
import { jwtClientFaults } from './jwt-client-faults.ts'
import { ownFieldFaults } from './own-field-faults.ts'
import { webhookFaults } from './webhook-faults.ts'

/** By the setting that each judges. */
export const RARE_CHECKS: RareChecks = {
  HOOKS: hookFaults,
  JWT_CLIENTS: jwtClientFaults,
  WEBHOOKS: webhookFaults,
  USER_FIELDS: ownFieldFaults,
}
