/** Pages that the links of security notices open: undoing a change of address, or a deletion. */
import { markup, type Html } from '../../html.ts'
import { PAGE_PATHS } from '../../settings/page-paths.ts'
import type { PageContent, PageContext } from './document.ts'
import { form } from './form.ts'
import { linkTo } from './next.ts'

type Params = Readonly<Record<string, string>>

/** Where the mail about a changed address leads. */
export function undoEmailPage(context: PageContext, params: Params): PageContent {
  const { words } = context
  return undoPage(context, params, {
    id: 'undo-email',
    action: 'emails/undo/',
    intro: words.undoEmailIntro,
    done: words.undoEmailDone,
  })
}

/** Where the mail about a deletion leads. */
export function undoDeletionPage(context: PageContext, params: Params): PageContent {
  const { words } = context
  return undoPage(context, params, {
    id: 'undo-deletion',
    action: 'user/delete/undo/',
    intro: words.undoDeletionIntro,
    done: words.undoDeletionDone,
  })
}

/** A page with one button. Opening it changes nothing, because mail scanners open links. */
function undoPage(
  { settings, request, words }: PageContext,
  params: Params,
  undo: {
    readonly id: string
    readonly action: string
    readonly intro: string
    readonly done: string
  },
): PageContent {
  const { id } = undo
  const signIn: Html = markup`<a href="${linkTo(settings, request, PAGE_PATHS.signIn)}">${words.signInLink}</a>`
  return {
    title: words.undoTitle,
    script: true,
    body: markup`<p id="${id}-intro">${undo.intro}</p>
${form(id, {
  action: settings.URL_PREFIX + undo.action,
  submit: words.undoAction,
  hidden: { key: params['key'] ?? '' },
  fields: [],
})}<p id="${id}-done" class="notice good" role="status" hidden>${undo.done}</p>
<p id="${id}-again" hidden></p>
<p>${signIn}</p>`,
  }
}
