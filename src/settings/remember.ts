/**
 * The settings as one login chose them (`REMEMBER_ME`). The copy is kept with its original, because caches hang on
 * the settings object.
 */
import type { Settings } from './table.ts'

const shortened = new WeakMap<Settings, Settings>()
const isShortened = new WeakSet<object>()

/**
 * Settings for one login: where it is not to be remembered it lives as long as `UNREMEMBERED_LOGIN_SECONDS` at most,
 * regardless of their other values. One object for all such logins, since statements and keys are kept by their
 * settings.
 */
export function settingsOfLogin(settings: Settings, isRemembered: boolean): Settings {
  if (isRemembered || isShortened.has(settings)) return settings
  const known = shortened.get(settings)
  if (known !== undefined) return known
  const { LOGIN_LIFETIME_SECONDS: whole, UNREMEMBERED_LOGIN_SECONDS: short } = settings
  const made = { ...settings, LOGIN_LIFETIME_SECONDS: whole > 0 ? Math.min(whole, short) : short }
  shortened.set(settings, made)
  isShortened.add(made)
  return made
}

/** Whether these are the settings of a login that ends with the browser. */
export function isForgotten(settings: object): boolean {
  return isShortened.has(settings)
}

/** The same dependencies for one login. */
export function depsOfLogin<Slice extends { readonly settings: Settings }>(
  deps: Slice,
  isRemembered: boolean,
): Slice {
  const settings = settingsOfLogin(deps.settings, isRemembered)
  return settings === deps.settings ? deps : { ...deps, settings }
}
