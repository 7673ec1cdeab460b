/** All settings in one table, from which their type is inferred. */
import { adminSettings } from './admin.ts'
import { accountSettings } from './account.ts'
import { accountLifecycleSettings } from './account-lifecycle.ts'
import { claimSettings } from './claims.ts'
import { hookSettings } from './hooks.ts'
import { compatibilitySettings } from './compatibility.ts'
import { corsSettings } from './cors.ts'
import { djangoSettings } from './django.ts'
import { ourSettings } from './ours.ts'
import { mailSettings } from './mail.ts'
import { ownFieldSettings } from './own-fields.ts'
import { pageSettings } from './pages.ts'
import { passwordlessSettings } from './passwordless.ts'
import type { Policy } from './policy.ts'
import { restAuthSettings } from './rest-auth.ts'
import { secondFactorSettings } from './second-factor.ts'
import { webhookSettings } from './webhooks.ts'
import type { SettingValues } from './setting.ts'
import { simpleJwtSettings } from './simple-jwt.ts'
import { socialProviderSettings } from './social-providers.ts'

/** Every setting by its name: what the README's table and the unknown-name check are made of. */
export const SETTINGS = merge(
  ourSettings,
  compatibilitySettings,
  mailSettings,
  ownFieldSettings,
  claimSettings,
  webhookSettings,
  pageSettings,
  restAuthSettings,
  simpleJwtSettings,
  secondFactorSettings,
  passwordlessSettings,
  accountSettings,
  accountLifecycleSettings,
  djangoSettings,
  corsSettings,
  adminSettings,
  hookSettings,
  socialProviderSettings,
)

/**
 * Tables as one. Without a prototype it is a hash table from the beginning; V8 would remember the shape of an object after
 * each of three hundred names, which takes a start longer than reading the settings.
 */
function merge<Tables extends readonly object[]>(...tables: Tables): Merged<Tables> {
  return Object.assign(Object.create(null) as object, ...tables) as Merged<Tables> // it has the keys of each, and they are distinct
}

type Merged<Tables extends readonly object[]> = Tables extends readonly [
  infer First,
  ...infer Rest extends readonly object[],
]
  ? First & Merged<Rest>
  : unknown

/** What every setting is set to, by its name: what an operator writes. */
export type SettingsByName = SettingValues<typeof SETTINGS>

/** The parsed settings of a deployment; frozen. Switches of compatibility are read as `policy` alone. */
export type Settings = Omit<SettingsByName, keyof typeof compatibilitySettings> & {
  readonly policy: Policy
}
