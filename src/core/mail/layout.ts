/**
 * A mail as HTML: tables and inline styles, which is what mail programs support. Every value is escaped (HTML
 * injection).
 */
import { markup, type Html } from '../../html.ts'
import type { Brand } from '../../settings/brand.ts'

/** The parts of a mail that its HTML shows. */
export type EmailLayout = {
  readonly language: string
  readonly brand: Brand
  readonly subject: string
  /** One of them is the link's URL: its paragraph becomes the button. */
  readonly paragraphs: readonly string[]
  readonly link?: { readonly url: string; readonly action: string | undefined }
  readonly linkHint: string
  readonly footer: string
}

const FONT = '-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif'

/** Clients that know no media queries show the light colours, which are inline. */
const DARK = `@media (prefers-color-scheme:dark){
.page{background:#15171c!important}.card{background:#1f2229!important;border-color:#343945!important}
.text{color:#e8eaee!important}.quiet{color:#a8aeba!important}}`

/** A mail as HTML: one column of tables with inline styles, which every mail program can show. */
export function layoutEmail(mail: EmailLayout): string {
  const { brand, link } = mail
  const document = markup`<!doctype html>
<html lang="${mail.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${mail.subject}</title>
<style>${{ html: DARK }}</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f4f6">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f4f6">
<tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px;font-family:${FONT}">
<tr><td class="text" style="padding:0 8px 20px;font-size:18px;font-weight:600;color:#1f2329">${brandMark(brand)}</td></tr>
<tr><td class="card" style="background:#ffffff;border:1px solid #e3e5ea;border-radius:12px;padding:28px">
${mail.paragraphs.map((paragraph) => (paragraph === link?.url ? button(mail) : line(paragraph)))}
${link === undefined ? undefined : plainLink(mail.linkHint, link.url)}
</td></tr>
<tr><td class="quiet" style="padding:20px 8px 0;font-size:13px;line-height:20px;color:#5c6370">${mail.footer}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
  return document.html
}

function brandMark(brand: Brand): Html {
  if (brand.logoUrl === undefined) return markup`${brand.name}`
  return markup`<img src="${brand.logoUrl}" alt="${brand.name}" height="40" style="display:block;height:40px;border:0">`
}

function line(paragraph: string): Html {
  return markup`<p class="text" style="margin:0 0 16px;font-size:16px;line-height:25px;color:#1f2329">${withBreaks(paragraph)}</p>
`
}

function withBreaks(paragraph: string): readonly Html[] {
  return paragraph.split('\n').map((text, index) => markup`${index > 0 && markup`<br>`}${text}`)
}

function button({ link, brand }: EmailLayout): Html | undefined {
  if (link === undefined) return undefined
  const style = `display:inline-block;padding:12px 22px;border-radius:8px;background:${brand.color};color:${brand.onColor};font-size:16px;font-weight:600;text-decoration:none`
  return markup`<p style="margin:8px 0 24px"><a href="${link.url}" style="${style}">${link.action ?? link.url}</a></p>
`
}

function plainLink(hint: string, url: string): Html {
  return markup`<p class="quiet" style="margin:8px 0 0;font-size:13px;line-height:20px;color:#5c6370">${hint}<br><a class="quiet" href="${url}" style="color:#5c6370;word-break:break-all">${url}</a></p>`
}
