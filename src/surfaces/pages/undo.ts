import { markup } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { PageContent, PageContext } from './document.ts'
import { form } from './form.ts'
import { linkTo } from './next.ts'

/** Where the mail about a changed address leads. Looking changes nothing: mail programs look at links, too. */
export function undoEmailPage(
  { settings, request, words }: PageContext,
  params: Readonly<Record<string, string>>,
): PageContent {
  return {
    title: words.undoTitle,
    script: true,
    body: markup`<p id="undo-email-intro">${words.undoEmailIntro}</p>
${form('undo-email', {
  action: `${settings.URL_PREFIX}emails/undo/`,
  submit: words.undoAction,
  hidden: { key: params['key'] ?? '' },
  fields: [],
})}<p id="undo-email-done" class="notice good" role="status" hidden>${words.undoEmailDone}</p>
<p id="undo-email-again" hidden><a href="${linkTo(settings, request, PAGE_PATHS.forgotPassword)}">${words.newLink}</a></p>
<p><a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a></p>`,
  }
}
