/** The "remember me" box. */
import { markup, type Html } from '../../html.ts'
import type { PageContext } from './document.ts'
import type { FormField } from './form.ts'

/** The box that lets a login outlive the browser; absent without `REMEMBER_ME`. */
export function rememberBox({ settings, words }: PageContext): readonly FormField[] {
  if (!settings.REMEMBER_ME) return []
  return [{ name: 'remember', label: words.rememberMe, type: 'checkbox', autocomplete: 'off' }]
}

/** The same on a page without a form, where buttons log in. */
export function rememberAlone(context: PageContext): Html {
  return markup`${rememberBox(context).map(
    ({ name, label }) => markup`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="checkbox">
</div>
`,
  )}`
}
