/** Which form of an answer a request asks for (DRF: `DefaultContentNegotiation`). */
import { message } from '../i18n/message.ts'
import { mediaTypeCovers } from './body.ts'
import { ApiError, notFound } from './errors.ts'

/**
 * `?format=` and `Accept`: JSON is what there is.
 *
 * @throws ApiError 404 for another format, 406 where JSON is not accepted
 */
export function negotiate(request: Request): void {
  // Few requests have a query, and most that say what they accept say anything, or just this.
  const { url } = request
  const format = url.includes('?') ? new URL(url).searchParams.getAll('format').at(-1) : undefined
  if (format !== undefined && format !== '' && format !== 'json') throw notFound()
  const accepted = (request.headers.get('accept') ?? '*/*').split(',')
  if (accepted.some((range) => mediaTypeCovers(range, 'application/json'))) return
  throw new ApiError('not_acceptable', {
    status: 406,
    body: {
      detail: message('not_acceptable'),
    },
  })
}
