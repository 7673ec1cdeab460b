import { depsOfLogin } from '../../settings/remember.ts'
import type { Settings } from '../../settings/parse.ts'
import type { Context } from './define-route.ts'
import { jsonField } from './fields.ts'

type RememberField = ReturnType<typeof rememberField>

/** The field of a login that says whether it outlives the browser: see `REMEMBER_ME`. */
export function rememberFields(settings: Settings): { readonly remember?: RememberField } {
  return settings.REMEMBER_ME ? { remember: rememberField() } : {}
}

function rememberField() {
  return jsonField({ required: false, isOurs: true })
}

/** The context of a login, with the lifetimes that `remember` chooses: `true`, or a ticked box of a form. */
export function loginContext<Known extends Context>(context: Known, remember: unknown): Known {
  const { deps } = context
  if (!deps.settings.REMEMBER_ME) return context
  const isRemembered = remember === true || remember === 'true' || remember === 'on'
  return { ...context, deps: depsOfLogin(deps, isRemembered) }
}
