import { markup } from '../../html.ts'

/**
 * The answer of a deployment whose settings are wrong. What is wrong is for the log; on the developer's own
 * machine it stands in the answer, too.
 */
export function misconfigured(request: Request, message: string): Response {
  const { hostname } = new URL(request.url)
  const isOwnMachine = hostname === 'localhost' || hostname === '127.0.0.1'
  return notSetUp(request, isOwnMachine ? message : 'The service is misconfigured; see its log.')
}

/** The answer of a deployment that lacks a step everybody may read of, such as tables in its database. */
export function notSetUp(request: Request, detail: string): Response {
  const wantsHtml = request.headers.get('accept')?.includes('text/html') === true
  return new Response(wantsHtml ? pageOf(detail) : JSON.stringify({ detail }), {
    status: 503,
    headers: {
      'Content-Type': wantsHtml ? 'text/html; charset=utf-8' : 'application/json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

function pageOf(detail: string): string {
  return markup`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Misconfigured</title></head>
<body><main><h1>The service is not set up yet</h1><pre>${detail}</pre></main></body>
</html>
`.html
}
