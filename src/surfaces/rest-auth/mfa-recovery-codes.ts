/** Recovery codes for a lost authenticator app (dj-rest-auth's MFA extension). */
import { regenerateRecoveryCodes, showRecoveryCodes } from '../../core/second-factor/recovery.ts'
import { factorStateJson, sealedCodesJson } from '../../core/second-factor/totp.sql.ts'
import { factorsNeedRecentProof } from '../../settings/step-up.ts'
import { defineRoute } from './define-route.ts'
import { NOT_ACTIVE, recentFactorCaller, refuse, requireActive } from './factor-caller.ts'
import { charField } from './fields.ts'
import { codesSchema } from './mfa-schemas.ts'
import { detailResponse } from './schemas.ts'

/**
 * `mfa/recovery-codes/`: the unused codes, in order (dj-rest-auth: `RecoveryCodesView`). They are stored encrypted
 * beside their hashes, so that they can be shown again, unless `MFA_RECOVERY_CODES_SHOW_ONCE` forbids that; 400
 * where no authenticator app is active.
 */
export const recoveryCodesRoute = defineRoute({
  name: 'Recovery Codes',
  description: 'View unused recovery codes.',
  when: (settings) => settings.MFA_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: sealedCodesJson,
  isForOwnerAlone: true,
  methods: {
    GET: {
      summary: 'Show the unused recovery codes',
      recentProof: factorsNeedRecentProof,
      responses: () => ({
        200: {
          description: 'None where they are shown once only, when they are made.',
          schema: codesSchema('codes'),
        },
      }),
      handle: async ({ deps, caller }) => ({
        body: { codes: await showRecoveryCodes(deps.settings, caller.column ?? '[]') },
      }),
    },
  },
})

/**
 * `mfa/recovery-codes/regenerate/`: a new set; the old codes stop working in the same statement (dj-rest-auth:
 * `RecoveryCodesRegenerateView`).
 */
export const regenerateRoute = defineRoute({
  name: 'Recovery Codes Regenerate',
  description: 'Regenerate recovery codes. Invalidates all previous codes.',
  when: (settings) => settings.MFA_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: factorStateJson,
  isForOwnerAlone: true,
  methods: {
    POST: {
      summary: 'Make new recovery codes',
      recentProof: factorsNeedRecentProof,
      before: requireActive,
      metadata: () => ({
        codes: charField({ format: 'list', required: false, readOnly: true }),
      }),
      responses: () => ({
        200: { description: 'The old ones are dead.', schema: codesSchema('codes') },
        400: detailResponse('The second factor is off.'),
      }),
      handle: async (context) => {
        const caller = recentFactorCaller(context)
        const { device } = caller.factor
        if (device === undefined) throw refuse(NOT_ACTIVE)
        const outcome = await regenerateRecoveryCodes(context.deps, caller, device)
        switch (outcome.kind) {
          case 'regenerated':
            return { body: { codes: outcome.codes } }
          case 'not_active':
            throw refuse(NOT_ACTIVE)
        }
      },
    },
  },
})
