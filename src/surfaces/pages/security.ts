/** The page of second factors and passkeys, as an empty frame that the script fills. */
import { jsonBlock, markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import { pickWords } from './config.ts'
import type { PageContent, PageContext } from './document.ts'
import { form } from './form.ts'
import { linkTo } from './next.ts'
import { hasPasskeysHere } from './passkeys.ts'
import { proveAgain } from './prove-again.ts'
import { SECURITY_WORDS } from './security-words.ts'

/** The user's second factor and passkeys; the script fills it in, or leads to the sign-in page. */
export function securityPage(context: PageContext): PageContent {
  const { settings, request, words } = context
  return {
    title: words.securityTitle,
    script: 'security',
    body: markup`${jsonBlock('security-words', pickWords(words, SECURITY_WORDS))}
<p id="security-wait">${words.wait}</p>
<div id="security" hidden>
${settings.MFA_ENABLED && [authenticatorApp(context), recoveryCodes(context)]}
${settings.PASSKEYS_ENABLED && passkeys(context)}
<p class="after"><a href="${linkTo(settings, request, PAGE_PATHS.account)}">${words.accountTitle}</a></p>
</div>
${proveAgain(context)}`,
  }
}

/** The authenticator app: off, being set up, or on. */
function authenticatorApp(context: PageContext): Html {
  const { settings, words } = context
  return markup`<section aria-labelledby="totp-heading">
<h2 id="totp-heading">${words.totpHeading}</h2>
<p id="totp-state"></p>
<button type="button" id="totp-begin" hidden>${words.totpSetUp}</button>
${setup(context)}
<details id="totp-end" hidden>
<summary>${words.totpTurnOff}</summary>
${form('totp-deactivate', {
  action: `${settings.URL_PREFIX}mfa/totp/deactivate/`,
  submit: words.totpTurnOff,
  fields: [{ name: 'code', label: words.totpCode, autocomplete: 'one-time-code' }],
})}</details>
</section>
`
}

/** QR code, secret, and the form for the first code. */
function setup({ settings, words }: PageContext): Html {
  return markup`<div id="totp-setup" hidden>
<p>${words.totpScan}</p>
<p><img id="totp-qr" class="qr" alt="${words.totpQr}" width="220" height="220"></p>
<p class="copyable"><code id="totp-secret"></code> <button type="button" class="secondary" data-copy="totp-secret" aria-label="${words.copy}: ${words.totpKey}">${words.copy}</button></p>
${form('totp-activate', {
  action: `${settings.URL_PREFIX}mfa/totp/activate/`,
  submit: words.totpConfirm,
  fields: [{ name: 'code', label: words.totpCode, autocomplete: 'one-time-code' }],
})}<button type="button" id="totp-cancel" class="secondary">${words.cancel}</button>
</div>`
}

function recoveryCodes({ settings, words }: PageContext): Html {
  const isOnce = settings.MFA_RECOVERY_CODES_SHOW_ONCE
  return markup`<section id="recovery" aria-labelledby="recovery-heading" hidden>
<h2 id="recovery-heading">${words.recoveryHeading}</h2>
<p>${words.recoveryIntro}${isOnce && ` ${words.recoveryOnce}`}</p>
<p id="recovery-left"></p>
<div id="recovery-shown" hidden>
<ul id="recovery-codes" class="codes" tabindex="-1" aria-labelledby="recovery-heading"></ul>
<p class="actions"><button type="button" class="secondary" data-copy="recovery-codes" aria-label="${words.copy}: ${words.recoveryHeading}">${words.copy}</button>
<a id="recovery-download" class="button secondary" download="recovery-codes.txt">${words.download}</a>
<button type="button" id="recovery-print" class="secondary">${words.print}</button></p>
<p><button type="button" id="recovery-kept">${words.recoverySaved}</button></p>
</div>
<p class="actions">${!isOnce && markup`<button type="button" id="recovery-show" class="secondary">${words.recoveryShow}</button> `}<button type="button" id="recovery-new" class="secondary">${words.recoveryNew}</button></p>
</section>
`
}

function passkeys({ settings, request, words }: PageContext): Html {
  const canAdd = hasPasskeysHere(settings, request)
  return markup`<section aria-labelledby="passkeys-heading">
<h2 id="passkeys-heading">${words.passkeysHeading}</h2>
<p>${words.passkeysIntro}</p>
<ul id="passkeys" class="list"></ul>
<p id="passkeys-unsupported"${canAdd && { html: ' hidden' }}>${words.passkeysUnsupported}</p>
${
  canAdd &&
  form('passkey-add', {
    action: `${settings.URL_PREFIX}passkeys/register/begin/`,
    submit: words.passkeyAdd,
    fields: [
      { name: 'name', label: words.passkeyName, autocomplete: 'off', optional: words.optional },
    ],
  })
}</section>`
}
