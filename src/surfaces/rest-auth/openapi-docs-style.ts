/** The style of the API's page, as text: it is inlined with a nonce, so that the page loads nothing. */

/** The look of the API's page: that of the pages for people. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--page:#f3f4f6;--card:#fff;--text:#1f2329;--quiet:#5c6370;--line:#8a909c;--edge:#e3e5ea}
@media (prefers-color-scheme:dark){:root{--page:#15171c;--card:#1f2229;--text:#e8eaee;--quiet:#a8aeba;--line:#7d8593;--edge:#343945}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:56rem;padding:2rem 1rem 4rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Hiragino Sans',sans-serif;overflow-wrap:break-word}
a{color:inherit;text-underline-offset:.15em}
.brand{margin:0 0 1rem;font-size:1.125rem;font-weight:600}
h1{margin:0 0 1.25rem;font-size:1.5rem;line-height:1.25}
h2{margin:2rem 0 .75rem;font-size:1.125rem}
h3{margin:1.5rem 0 .5rem;font-size:1rem}
p{margin:0 0 1rem}
header,section{padding:1.75rem;border:1px solid var(--edge);border-radius:.75rem;background:var(--card)}
section{margin-top:1rem;padding-top:0}
code,pre,.method{font-family:ui-monospace,monospace;font-size:.875rem}
code{overflow-wrap:anywhere}
details{border-top:1px solid var(--edge)}
summary{padding:.75rem 0;cursor:pointer}
.method{display:inline-block;min-width:4.5rem;font-weight:700}
form{padding:.5rem 0}
form p{margin:0 0 1rem}
label{display:block;margin-bottom:.25rem;font-weight:600}
input{width:100%;min-height:2.75rem;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:inherit;font:inherit}
small{display:block;margin-top:.25rem;color:var(--quiet)}
button{min-height:2.75rem;padding:.5rem 1rem;border:1px solid transparent;border-radius:.5rem;background:var(--brand);color:var(--on-brand);font:inherit;font-weight:600;cursor:pointer}
.hint{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
:focus-visible{outline:3px solid var(--text);outline-offset:2px}
pre{overflow:auto;max-height:24rem;margin:.5rem 0;padding:1rem;border:1px solid var(--edge);border-radius:.5rem;white-space:pre-wrap}
form pre:empty{display:none}
dt{font-weight:700;font-family:ui-monospace,monospace}
dd{margin:0 0 .5rem 1rem}
`
