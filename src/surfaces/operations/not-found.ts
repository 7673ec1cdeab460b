/** The 404 of URLs that nothing serves. */
import type { Settings } from '../../settings/parse.ts'
import { errorResponse } from '../../web/error-response.ts'
import { notFound } from '../../web/errors.ts'
import type { PolicyOf } from '../../settings/policy.ts'

/** JSON, or Django's page of the same words where `HTML_NOT_FOUND` is on. */
export async function notFoundPage(
  settings: Pick<Settings, 'LANGUAGE_CODE' | 'USE_ACCEPT_LANGUAGE'> & PolicyOf<'endpoints'>,
  request: Request,
): Promise<Response> {
  if (!settings.policy.endpoints.unknownAnswerHtml)
    return errorResponse(settings, request, notFound())
  const headers = { 'Content-Type': 'text/html; charset=utf-8' }
  return new Response(PAGE, { status: 404, headers })
}

const PAGE = '<!doctype html><html lang="en"><title>Not Found</title><h1>Not Found</h1></html>'
