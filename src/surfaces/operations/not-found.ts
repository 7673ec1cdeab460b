import type { Settings } from '../../settings/parse.ts'
import { errorResponse } from '../../web/error-response.ts'
import { notFound } from '../../web/errors.ts'

/** The answer to a URL that nothing serves (Django's, where `HTML_NOT_FOUND` is on). */
export async function notFoundPage(settings: Settings, request: Request): Promise<Response> {
  if (!settings.HTML_NOT_FOUND) return errorResponse(settings, request, notFound())
  const headers = { 'Content-Type': 'text/html; charset=utf-8' }
  return new Response(PAGE, { status: 404, headers })
}

const PAGE = '<!doctype html><html lang="en"><title>Not Found</title><h1>Not Found</h1></html>'
