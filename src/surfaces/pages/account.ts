/**
 * The account page as the server writes it: an empty frame with every list and form that the settings allow. The
 * script fills it in with the caller's data, so the page itself can be cached and holds nothing personal.
 */
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { hasSecurityPage } from '../../settings/security-page.ts'
import { hasSessionList } from '../../settings/session-list.ts'
import type { PageContent, PageContext } from './document.ts'
import { form, type FormField } from './form.ts'
import { linkTo } from './next.ts'
import { ownFormFields } from './own-fields.ts'
import { newPasswordFields } from './passwords.ts'
import { proveAgain } from './prove-again.ts'
import { connectButtons } from './social.ts'

/** The user's own account; the script fills it in, or leads to the sign-in page. */
export function accountPage(context: PageContext): PageContent {
  const { words, mounted } = context
  return {
    title: words.accountTitle,
    script: true,
    body: markup`<p id="account-wait">${words.wait}</p>
<div id="account" hidden>
${profile(context)}
${!context.settings.SOCIALACCOUNT_ONLY && password(context)}
${hasSecurityPage(context.settings) && securityLink(context)}
${context.settings.EMAIL_MANAGEMENT && list('emails', words.emailsHeading, addEmail(context))}
${mounted.social.length > 0 && list('social-accounts', words.socialHeading, connectButtons(context))}
${hasSessionList(context.settings) && list('sessions', words.sessionsHeading, endOthers(context))}
${leaving(context)}
<p><button type="button" id="sign-out" class="secondary">${words.signOutAction}</button></p>
</div>
${proveAgain(context)}`,
  }
}

/** The form of names and custom fields. */
function profile(context: PageContext): Html {
  const { settings, words } = context
  return markup`<section aria-labelledby="profile-heading">
<h2 id="profile-heading">${words.profileHeading}</h2>
${form('profile', {
  action: `${settings.URL_PREFIX}user/`,
  submit: words.profileAction,
  fields: [
    { name: 'username', label: words.username, autocomplete: 'username' },
    {
      name: 'email',
      label: words.email,
      type: 'email',
      autocomplete: 'email',
      isReadOnly: true,
    },
    {
      name: 'first_name',
      label: words.firstName,
      autocomplete: 'given-name',
      optional: words.optional,
    },
    {
      name: 'last_name',
      label: words.lastName,
      autocomplete: 'family-name',
      optional: words.optional,
    },
    ...ownFormFields(context),
  ],
})}</section>`
}

/** The form that changes the password. */
function password(context: PageContext): Html {
  const { settings, words } = context
  const old: FormField = {
    name: 'old_password',
    label: words.oldPassword,
    type: 'password',
    autocomplete: 'current-password',
  }
  return markup`<section aria-labelledby="password-heading">
<h2 id="password-heading">${words.passwordHeading}</h2>
${form('password', {
  action: `${settings.URL_PREFIX}password/change/`,
  submit: words.passwordAction,
  fields: [...(settings.OLD_PASSWORD_FIELD_ENABLED ? [old] : []), ...newPasswordFields(context)],
})}</section>`
}

/** The way to the page of second factors. */
function securityLink({ settings, request, words }: PageContext): Html {
  const url = linkTo(settings, request, PAGE_PATHS.security)
  return markup`<section><h2><a href="${url}">${words.securityTitle}</a></h2></section>`
}

/** The form that adds an address. */
function addEmail({ settings, words }: PageContext): Html {
  return form('email-add', {
    action: `${settings.URL_PREFIX}emails/`,
    submit: words.emailAdd,
    fields: [{ name: 'email', label: words.email, type: 'email', autocomplete: 'email' }],
  })
}

/** Data export and deletion, where the settings offer them. */
function leaving({ settings, words }: PageContext): Html | undefined {
  const canLeave = settings.ACCOUNT_DELETION !== 'off'
  if (!canLeave && !settings.DATA_EXPORT) return undefined
  return markup`<section aria-labelledby="leaving-heading">
<h2 id="leaving-heading">${words.leavingHeading}</h2>
${settings.DATA_EXPORT && markup`<p><button type="button" id="data-export" class="secondary">${words.exportAction}</button></p>`}
${canLeave && markup`<p><button type="button" id="account-delete" class="secondary">${words.deleteAction}</button></p>`}
</section>`
}

/** The button that ends all other logins. */
function endOthers({ words }: PageContext): Html {
  return markup`<button type="button" id="sessions-end-others" class="secondary" hidden>${words.sessionsEndOthers}</button>`
}

/** A heading with an empty list, which the script fills. */
function list(id: string, heading: string, below?: Html): Html {
  return markup`<section aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
<ul id="${id}" class="list"></ul>
${below}
</section>`
}
