/** The rules for new passwords, shown before the first one is refused. */
import { markup, type Html } from '../../html.ts'
import type { PasswordValidator } from '../../settings/password-validators.ts'
import type { PageWords } from '../../i18n/words.ts'
import type { PageContext } from './document.ts'

/** What `AUTH_PASSWORD_VALIDATORS` require, in words. */
export function passwordRules({ settings, words }: PageContext): Html | undefined {
  const rules = settings.AUTH_PASSWORD_VALIDATORS.map((one) => ruleOf(one, words))
  if (rules.length === 0) return undefined
  return markup`${words.rulesIntro}<ul>${rules.map((rule) => markup`<li>${rule}</li>`)}</ul>`
}

function ruleOf(validator: PasswordValidator, words: PageWords): string {
  switch (validator.kind) {
    case 'minimum_length':
      return words.ruleLength.replace('{0}', () => String(validator.minLength))
    case 'common_password':
      return words.ruleCommon
    case 'numeric_password':
      return words.ruleNumeric
    case 'user_attribute_similarity':
      return words.ruleSimilar
  }
}
