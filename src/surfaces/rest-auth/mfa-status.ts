/** Whether the caller has a second factor: what a settings page asks first. */
import { factorStateJson } from '../../core/second-factor/totp.sql.ts'
import { defineRoute } from './define-route.ts'
import { factorCaller } from './factor-caller.ts'
import { statusSchema } from './mfa-schemas.ts'
import { dateTimeBody } from './serializers.ts'

/** `mfa/status/`: whether the caller's authenticator app is active (dj-rest-auth: `MFAStatusView`). */
export const mfaStatusRoute = defineRoute({
  name: 'Mfa Status',
  description: 'Check whether the current user has MFA enabled.',
  when: (settings) => settings.MFA_ENABLED,
  access: 'authenticated',
  isThrottled: true,
  callerColumn: factorStateJson,
  isForOwnerAlone: true,
  methods: {
    GET: {
      summary: 'Tell whether the second factor is on',
      responses: (settings) => ({
        200: { description: 'The dates are null when it is off.', schema: statusSchema(settings) },
      }),
      handle: (context) => {
        const { device } = factorCaller(context).factor
        const lastUsedAt = device?.lastUsedAt ?? null
        return {
          body: {
            mfa_enabled: device !== undefined,
            created_at: device === undefined ? null : dateTimeBody(device.createdAt),
            last_used_at: lastUsedAt === null ? null : dateTimeBody(lastUsedAt),
            ...(context.deps.settings.MFA_RECOVERY_CODES_SHOW_ONCE
              ? { recovery_codes_left: device?.codesLeft ?? 0 }
              : {}),
          },
        }
      },
    },
  },
})
