/** Checks of settings about deletion. */
import type { Settings } from './table.ts'

/** Without a row, the last tokens of a name would authenticate the next user who takes it. */
export function deletionFaults(settings: Settings): readonly string[] {
  return settings.ACCOUNT_DELETION === 'hard' && settings.SIMPLE_JWT_USER_ID_FIELD !== 'id'
    ? [
        'ACCOUNT_DELETION hard needs SIMPLE_JWT_USER_ID_FIELD id: tokens that name a name would outlive it; or take soft',
      ]
    : []
}
