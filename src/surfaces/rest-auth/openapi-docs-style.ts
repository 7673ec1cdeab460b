/** The look of the API's page. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--line:#c9ced6;--soft:#f3f5f8;--text:#1b1f24;--accent:#0b57d0;--back:#fff}
@media (prefers-color-scheme:dark){:root{--line:#3b424c;--soft:#1d2228;--text:#e8eaed;--accent:#9ec3ff;--back:#12161a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:56rem;padding:1.5rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
a{color:var(--accent)}
h1{font-size:1.75rem;margin:0}
h2{font-size:1.125rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1rem 0 .25rem}
code,pre,.method{font-family:ui-monospace,monospace;font-size:.875rem}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:0 1rem}
details[open]{padding-bottom:1rem}
summary{cursor:pointer;padding:.75rem 0}
.method{display:inline-block;min-width:4.5rem;font-weight:700}
.description{white-space:pre-line}
form,.credentials{background:var(--soft);border-radius:.5rem;padding:.5rem 1rem}
form p{margin:.5rem 0}
label{display:block}
input{width:100%;max-width:32rem;padding:.5rem;font:inherit;color:inherit;background:var(--back);border:1px solid #6b7480;border-radius:.375rem}
small{display:block}
button{padding:.5rem 1rem;font:inherit;font-weight:600;color:var(--back);background:var(--accent);border:0;border-radius:.375rem;cursor:pointer}
.hint{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
pre{overflow:auto;max-height:24rem;margin:.5rem 0;padding:.5rem;background:var(--back);border:1px solid var(--line);border-radius:.375rem}
form pre:empty{display:none}
dt{font-weight:700;font-family:ui-monospace,monospace}
dd{margin:0 0 .5rem 1rem}
`
