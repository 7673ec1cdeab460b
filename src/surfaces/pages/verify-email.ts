/** Pages around verifying an address. */
import { readVerification } from '../../core/accounts/verify-email.ts'
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { PageContent, PageContext } from './document.ts'
import { form } from './form.ts'
import { destinationOf, linkTo } from './next.ts'

/**
 * Where the link of a verification mail leads. The button verifies, not the link, because mail scanners open links.
 * The page names the account, so that no one verifies their address for an attacker's account (account
 * pre-hijacking).
 */
export async function confirmEmailPage(
  context: PageContext,
  params: Readonly<Record<string, string>>,
): Promise<PageContent> {
  const { deps, settings, request, words } = context
  const asked = await readVerification(deps, params['key'] ?? '')
  const intro =
    asked === undefined
      ? words.confirmIntro
      : words.confirmFor.replaceAll(/\{([01])\}/g, (_, index) =>
          index === '0' ? asked.username : asked.email,
        )
  return {
    title: words.confirmTitle,
    script: true,
    body: markup`<p id="confirm-email-intro">${intro}</p>
${form('confirm-email', {
  action: `${settings.URL_PREFIX}registration/verify-email/`,
  submit: words.confirmAction,
  hidden: { key: params['key'] ?? '' },
  fields: [],
})}<p id="confirm-email-done" hidden><a class="button" href="${destinationAfterMail(context)}">${words.continueLink}</a></p>
<div id="confirm-email-again" hidden>${resendForm(context)}</div>
<p><a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>`,
  }
}

/** Says that a mail is on its way (upstream: `account_email_verification_sent`). */
export function verificationSentPage(context: PageContext): PageContent {
  const { settings, request, words } = context
  return {
    title: words.sentTitle,
    script: true,
    body: markup`${settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED ? typedCode(context) : markup`<p>${words.sentIntro}</p>`}
<p>${words.sentHelp}</p>
${resendForm(context)}
<p><a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>`,
  }
}

/** The form for the mailed code. Visitors without its handle can ask for another code below. */
function typedCode(context: PageContext): Html {
  const { settings, words } = context
  return markup`<p id="confirm-code-wait">${words.confirmCodeIntro}</p>
${form('confirm-code', {
  action: `${settings.URL_PREFIX}registration/verify-email/`,
  submit: words.confirmAction,
  isHidden: true,
  fields: [{ name: 'code', label: words.codeLabel, autocomplete: 'one-time-code' }],
})}<p id="confirm-email-done" hidden><a class="button" href="${destinationAfterMail(context)}">${words.continueLink}</a></p>`
}

/** Asks for another link that verifies an address. */
export function resendForm({ settings, words }: PageContext): Html {
  const isByCode = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
  return markup`<p>${isByCode ? words.resendCodeIntro : words.resendIntro}</p>
${form('resend-email', {
  action: `${settings.URL_PREFIX}registration/resend-email/`,
  submit: isByCode ? words.resendCodeAction : words.resendAction,
  fields: [{ name: 'email', label: words.email, type: 'email', autocomplete: 'email' }],
})}`
}

/** Mails are often opened in a browser without a login; the account page asks for one. */
function destinationAfterMail({ settings, request }: PageContext): string {
  return destinationOf(settings, request)
}
