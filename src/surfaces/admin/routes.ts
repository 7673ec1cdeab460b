/**
 * The table of the operator's API, and its reading endpoints. Writing ones are in the other `*-routes.ts`, by
 * subject.
 */
import { adminRoute, type AdminRoute } from './define-admin-route.ts'
import { accountRoutes } from './account-routes.ts'
import { actRoutes } from './act-routes.ts'
import { grantRoutes } from './grant-routes.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { mailRoutes } from './mail-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'
import { eventBody, listedUserBody, mailBody, wholeUserBody } from './bodies.ts'
import { searchAuditEvents } from '../../core/audit/search.sql.ts'
import { readCountersOverTime, readMails } from '../../core/operator/counters.sql.ts'
import { findUsers } from '../../core/operator/search.sql.ts'
import { readWholeUser } from '../../core/operator/whole-user.sql.ts'
import { uniqueValues, type UniqueValue } from '../../core/users/own-fields.ts'
import { readOwnFields } from '../../core/users/read-own-fields.ts'
import { givenOf } from '../../core/users/given.ts'
import type { Settings } from '../../settings/parse.ts'
import { AdminError, invalid } from './error.ts'

/** The most items that `limit` may ask for. */
const MAX_PAGE = 200
/** Items of a page unless `limit` says otherwise. */
const PAGE = 50
const DAY_HOURS = 24
const HOUR_MS = 3_600_000

const limit = { type: 'integer', minimum: 1, maximum: MAX_PAGE } as const

/** Who is calling, and what they may do: the page asks first. */
const meRoute = adminRoute({
  method: 'GET',
  path: 'me/',
  summary: 'Tell who is calling and what they may do',
  scope: 'any',
  answers: 'Me',
  handle: ({ caller, deps }) =>
    Promise.resolve({
      body: {
        kind: caller.actor.kind,
        id: caller.actor.id,
        is_superuser: caller.isSuperuser,
        scopes: caller.scopes,
        can_impersonate: deps.settings.USE_JWT && caller.scopes.includes('users:impersonate'),
        providers: Object.keys(deps.settings.SOCIALACCOUNT_PROVIDERS),
        own_fields: searchableFields(deps.settings),
        has_webhooks: deps.settings.WEBHOOKS.length > 0,
      },
    }),
})

/**
 * `GET users/`: accounts by a part of name or address, and by filters, page by page. Cursors are opaque: the keys
 * of the last row.
 */
const usersRoute = adminRoute({
  method: 'GET',
  path: 'users/',
  summary: 'Find accounts',
  scope: 'users:read',
  input: {
    search: {
      type: 'string',
      description: 'How a username, an address, a first or a last name begins, or a number.',
    },
    field: { type: 'string', description: 'A unique own field (`USER_FIELDS`), with `value`.' },
    value: { type: 'string', description: 'What it holds, whole.' },
    active: { type: 'boolean' },
    staff: { type: 'boolean' },
    verified: { type: 'boolean' },
    last_login_since: { type: 'date-time' },
    last_login_before: { type: 'date-time' },
    provider: { type: 'string' },
    after: { type: 'string', maxLength: 2_000, description: '`next` of the page before.' },
    limit,
  },
  answers: 'UserPage',
  handle: async ({ deps }, given) => {
    const filter = {
      ...(given.search === undefined ? {} : { search: given.search }),
      ...(given.active === undefined ? {} : { isActive: given.active }),
      ...(given.staff === undefined ? {} : { isStaff: given.staff }),
      ...(given.verified === undefined ? {} : { isVerified: given.verified }),
      ...(given.last_login_since === undefined ? {} : { lastLoginSince: given.last_login_since }),
      ...(given.last_login_before === undefined
        ? {}
        : { lastLoginBefore: given.last_login_before }),
      ...(given.provider === undefined ? {} : { provider: given.provider }),
      ...(given.field === undefined
        ? {}
        : { own: ownValue(deps.settings, given.field, given.value) }),
    }
    const page = await findUsers(deps.db, filter, {
      limit: given.limit ?? PAGE,
      after: given.after,
    })
    if (page === 'bad_cursor') throw invalid({ after: ['not_a_cursor'] })
    return { body: { users: page.users.map(listedUserBody), next: page.next ?? null } }
  },
})

/** Custom fields that accounts can be found by: unique ones, which have an index. */
function searchableFields({ USER_FIELDS }: Pick<Settings, 'USER_FIELDS'>): readonly string[] {
  return USER_FIELDS.filter(({ unique }) => unique).map(({ name }) => name)
}

/**
 * The value that a custom field is searched for.
 *
 * @throws AdminError 400
 */
function ownValue(
  settings: Pick<Settings, 'USER_FIELDS'>,
  field: string,
  value: string | undefined,
): UniqueValue {
  if (!searchableFields(settings).includes(field)) throw invalid({ field: ['not_searchable'] })
  if (value === undefined) throw invalid({ value: ['required'] })
  const { values } = readOwnFields(
    settings.USER_FIELDS.filter(({ name }) => name === field),
    { [field]: givenOf(value) },
    'partial',
  )
  const [found] = uniqueValues(settings.USER_FIELDS, values)
  return found ?? { field, folded: '' }
}

/** `GET users/ID/`: everything about one account that is no secret, in one round trip. */
const userRoute = adminRoute({
  method: 'GET',
  path: 'users/:id/',
  summary: 'Tell all of an account',
  scope: 'users:read',
  target: 'looked_at',
  answers: 'User',
  handle: async ({ deps, target, caller }) => {
    const user = await readWholeUser(deps.db, target.id, deps.now)
    if (user === undefined) throw new AdminError(404, 'not_found')
    const { mails, events, ...body } = wholeUserBody(user)
    return {
      body: {
        ...body,
        mails: caller.scopes.includes('mails:read') ? mails : [],
        events: caller.scopes.includes('audit:read') ? events : [],
      },
    }
  },
})

/** `GET audit/`: the audit log by account, kind, actor and time, the newest first. */
const auditRoute = adminRoute({
  method: 'GET',
  path: 'audit/',
  summary: 'Search what happened, the newest first',
  scope: 'audit:read',
  input: {
    kind: { type: 'string', maxLength: 60 },
    user: { type: 'integer' },
    by_others: { type: 'boolean', description: 'Only what others than the owner did.' },
    since: { type: 'date-time' },
    until: { type: 'date-time' },
    before: { type: 'integer', description: '`next` of the page before.' },
    limit,
  },
  answers: 'AuditPage',
  handle: async ({ deps }, given) => {
    const { events, next } = await searchAuditEvents(deps.db, {
      limit: given.limit ?? PAGE,
      ...(given.kind === undefined ? {} : { kind: given.kind }),
      ...(given.user === undefined ? {} : { userId: given.user }),
      ...(given.by_others === undefined ? {} : { isByOthers: given.by_others }),
      ...(given.since === undefined ? {} : { since: given.since }),
      ...(given.until === undefined ? {} : { until: given.until }),
      ...(given.before === undefined ? {} : { before: given.before }),
    })
    return { body: { events: events.map(eventBody), next: next ?? null } }
  },
})

/** `GET counters/`: events by hour or day, for charts. */
const countersRoute = adminRoute({
  method: 'GET',
  path: 'counters/',
  summary: 'Count what happened, over time',
  scope: 'counters:read',
  input: {
    days: { type: 'integer', minimum: 1, maximum: 90 },
    step: { type: 'string', enum: ['hour', 'day'] },
  },
  answers: 'Counters',
  handle: async ({ deps }, { days = 7, step = 'hour' }) => {
    const stepHours = step === 'hour' ? 1 : DAY_HOURS
    const stepMs = stepHours * HOUR_MS
    const begin = deps.now.getTime() - days * DAY_HOURS * HOUR_MS
    const since = new Date(Math.floor(begin / stepMs) * stepMs)
    const counted = await readCountersOverTime(deps.db, { since, stepHours })
    return {
      body: {
        since: since.toISOString(),
        until: deps.now.toISOString(),
        step,
        counts: counted.map(({ kind, at, count }) => ({ kind, at: at.toISOString(), count })),
      },
    }
  },
})

/** `GET mails/`: waiting mails and why they wait. Not their text: it holds links that log in. */
const mailsRoute = adminRoute({
  method: 'GET',
  path: 'mails/',
  summary: 'List mails that wait, the newest first, and how it stands',
  scope: 'mails:read',
  input: { before: { type: 'integer' }, limit },
  answers: 'Mails',
  handle: async ({ deps }, given) => {
    const state = await readMails(deps.db, { limit: given.limit ?? PAGE, before: given.before })
    return {
      body: {
        waiting: state.waiting,
        retried: state.retried,
        oldest_at: state.oldestAt?.toISOString() ?? null,
        can_send: deps.sendEmail !== undefined,
        mails: state.mails.map(mailBody),
        next: state.next ?? null,
      },
    }
  },
})

/** The table: every endpoint under `admin/api/` is here. */
export const adminRoutes: readonly AdminRoute[] = [
  meRoute,
  usersRoute,
  userRoute,
  ...accountRoutes,
  ...actRoutes,
  ...grantRoutes,
  ...invitationRoutes,
  auditRoute,
  countersRoute,
  mailsRoute,
  ...mailRoutes,
  ...webhookRoutes,
]
