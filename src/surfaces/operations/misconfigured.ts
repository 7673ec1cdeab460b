/**
 * Answers of a deployment that cannot serve: wrong settings, or tables that are missing. They depend on nothing
 * that could be misconfigured itself.
 */
import { markup } from '../../html.ts'

/**
 * The answer where settings are wrong. Details are for the log, because they may contain values; on the developer's
 * own machine they are in the answer, too.
 */
export function misconfigured(request: Request, message: string): Response {
  const { hostname } = new URL(request.url)
  const isOwnMachine = hostname === 'localhost' || hostname === '127.0.0.1'
  return notSetUp(request, isOwnMachine ? message : 'The service is misconfigured; see its log.')
}

/** The answer where a public step is missing, such as the tables. */
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
