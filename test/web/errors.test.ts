import { expect, test } from 'vitest'
import { message } from '../../src/i18n/message.ts'
import {
  badRequest,
  fieldErrors,
  forbidden,
  methodNotAllowed,
  nonFieldError,
  notFound,
  throttled,
  unauthenticated,
  unavailable,
  type ApiError,
} from '../../src/web/errors.ts'
import { inEnglish } from '../support/english.ts'

const shown = ({ kind, status, body, headers }: ApiError) => ({
  kind,
  status,
  body: inEnglish(body),
  headers,
})

test.each<[ApiError, ReturnType<typeof shown>]>([
  [
    fieldErrors({ email: [message('required')] }),
    { kind: 'invalid', status: 400, body: { email: ['This field is required.'] }, headers: {} },
  ],
  [
    nonFieldError(message('required'), message('too_long', { max: 5 })),
    {
      kind: 'invalid',
      status: 400,
      body: {
        non_field_errors: [
          'This field is required.',
          'Ensure this field has no more than 5 characters.',
        ],
      },
      headers: {},
    },
  ],
  [
    badRequest(message('not_found')),
    { kind: 'unreadable', status: 400, body: { detail: 'Not found.' }, headers: {} },
  ],
  [
    unauthenticated({ detail: 'Who?' }, 'Token'),
    {
      kind: 'unauthenticated',
      status: 401,
      body: { detail: 'Who?' },
      headers: { 'WWW-Authenticate': 'Token' },
    },
  ],
  [
    unauthenticated({ detail: 'Who?' }, undefined),
    { kind: 'unauthenticated', status: 403, body: { detail: 'Who?' }, headers: {} },
  ],
  [
    forbidden(message('not_found')),
    { kind: 'forbidden', status: 403, body: { detail: 'Not found.' }, headers: {} },
  ],
  [notFound(), { kind: 'not_found', status: 404, body: { detail: 'Not found.' }, headers: {} }],
  [
    methodNotAllowed('BREW'),
    {
      kind: 'method_not_allowed',
      status: 405,
      body: { detail: 'Method "BREW" not allowed.' },
      headers: {},
    },
  ],
  [
    throttled(1.2),
    {
      kind: 'throttled',
      status: 429,
      body: { detail: 'Request was throttled. Expected available in 2 seconds.' },
      headers: { 'Retry-After': '2' },
    },
  ],
  [
    throttled(0),
    {
      kind: 'throttled',
      status: 429,
      body: { detail: 'Request was throttled. Expected available in 1 second.' },
      headers: { 'Retry-After': '1' },
    },
  ],
  [
    unavailable(new Error('secret')),
    {
      kind: 'unavailable',
      status: 503,
      body: { detail: 'Service temporarily unavailable, try again later.' },
      headers: { 'Retry-After': '5' },
    },
  ],
])('%s', (error, expected) => {
  expect(shown(error)).toEqual(expected)
})

test('the cause is for the log, not for the message', () => {
  const cause = new Error('password hash')
  const error = unavailable(cause)
  expect(error.cause).toBe(cause)
  expect(error.message).toBe('unavailable')
})
