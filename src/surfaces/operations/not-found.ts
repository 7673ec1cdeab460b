import type { Settings } from '../../settings/parse.ts'

/** The answer to a URL that nothing serves (Django's, where `HTML_NOT_FOUND` is on). */
export function notFoundPage(settings: Settings): Response {
  const headers = {
    'Content-Type': settings.HTML_NOT_FOUND ? 'text/html; charset=utf-8' : 'application/json',
  }
  const body = settings.HTML_NOT_FOUND ? PAGE : JSON.stringify({ detail: 'Not found.' })
  return new Response(body, { status: 404, headers })
}

const PAGE = '<!doctype html><html lang="en"><title>Not Found</title><h1>Not Found</h1></html>'
