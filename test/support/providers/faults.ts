import type { IdentifyOutcome } from '../../../src/core/social/providers/identify.ts'
import type { Fault } from './http-server.ts'

/** A fault of the endpoint that tells who somebody is, and what must come of it. */
export type ProfileFault = {
  readonly name: string
  readonly fault: Fault
  readonly outcome: IdentifyOutcome
}

const unreachable: IdentifyOutcome = {
  kind: 'unavailable',
  during: 'profile',
  status: undefined,
  retryAfterSeconds: 5,
}

function answers(
  name: string,
  answer: Extract<Fault, { kind: 'answers' }>['answer'],
  outcome: IdentifyOutcome,
): ProfileFault {
  return { name, fault: { kind: 'answers', answer }, outcome }
}

const bad: IdentifyOutcome = { kind: 'rejected', reason: 'bad_answer' }
const refused: IdentifyOutcome = { kind: 'rejected', reason: 'refused' }

/** Everything that can be wrong with a provider's answer, whichever provider it is. */
export const PROFILE_FAULTS: readonly ProfileFault[] = [
  { name: 'no answer in time', fault: { kind: 'silent' }, outcome: unreachable },
  { name: 'a connection cut at once', fault: { kind: 'cut' }, outcome: unreachable },
  {
    name: 'an answer cut in the middle',
    fault: { kind: 'cut_in_the_middle' },
    outcome: unreachable,
  },
  { name: 'an answer of 8 MB', fault: { kind: 'huge' }, outcome: bad },
  answers('500', { status: 500, json: {} }, { ...unreachable, status: 500 }),
  answers(
    '503 with Retry-After',
    { status: 503, text: 'down', headers: { 'retry-after': '120' } },
    {
      ...unreachable,
      status: 503,
      retryAfterSeconds: 120,
    },
  ),
  answers(
    '429 for a day',
    { status: 429, json: {}, headers: { 'retry-after': '86400' } },
    {
      ...unreachable,
      status: 429,
      retryAfterSeconds: 3600,
    },
  ),
  answers(
    '503 until a date',
    {
      status: 503,
      json: {},
      headers: { 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' },
    },
    { ...unreachable, status: 503, retryAfterSeconds: 30 },
  ),
  answers('400', { status: 400, json: { id: '10001' } }, refused),
  answers('401', { status: 401, json: { id: '10001' } }, refused),
  answers('403', { status: 403, json: { id: '10001' } }, refused),
  answers(
    'a redirect',
    {
      status: 302,
      json: { id: '10001' },
      headers: { location: '/elsewhere' },
    },
    refused,
  ),
  answers('a page of HTML', { text: '<html>' }, bad),
  answers('an empty body', { text: '' }, bad),
  answers('truncated JSON', { text: '{"id":' }, bad),
  answers('JSON null', { json: null }, bad),
  answers('a JSON string', { json: 'x' }, bad),
  answers('a JSON array', { json: [] }, bad),
]
