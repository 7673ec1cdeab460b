import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { insertActEvent, insertAuditEvent } from '../../src/core/audit/audit.sql.ts'
import { rollUpEvents } from '../../src/core/audit/event-totals.sql.ts'
import { advanceReader, readUnread } from '../../src/core/audit/stream.sql.ts'
import { claimDeliveries, settleDeliveries } from '../../src/core/events/webhook-deliveries.sql.ts'
import {
  insertHits,
  insertHitsOrFail,
  insertHitsQuietly,
  purge,
  tally,
  tallyRefused,
} from '../../src/core/limits/hits.sql.ts'
import { releaseHits } from '../../src/core/limits/throttle.sql.ts'
import { claimEmails, settleEmails } from '../../src/core/mail/outbox-claims.sql.ts'
import { insertEmail, insertEmails, insertEmailsOrNone } from '../../src/core/mail/outbox.sql.ts'
import { noteConnected } from '../../src/core/social/connected-lately.ts'
import { findSocialCandidates } from '../../src/core/social/login.sql.ts'
import { deleteSuppression, insertSuppressions } from '../../src/core/mail/suppressions.sql.ts'
import { findTokenOwner } from '../../src/core/tokens/credentials.sql.ts'
import { userColumnsOf } from '../../src/core/users/users.sql.ts'
import { settingsOf } from '../support/settings.ts'
import {
  conditionsOf,
  db,
  observer,
  of,
  sentBy,
  type Plain,
  type Outcomes,
} from '../support/guarded.ts'
import outcomes from './guarded-outcomes.json' with { type: 'json' }

// Statements of mails, webhooks, rate limits and the log: each of their conditions matters.

const NOW = new Date(5_000)
const LATE = new Date(30_000_000)

/** Of everything one row whose time has come, one whose time has not, and one that is another's. */
const BASE = `
  insert into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (1, 'bob', 'bob', 'b@x.example', 'b@x.example', 'old', 1),
      (2, 'ada', 'ada', 'a@x.example', 'a@x.example', 'old', 1);
  insert into auth_tokens (user_id, key_hash, sealed_key, created_at)
    values (2, 'key-1', 'sealed', 1), (1, 'key-2', 'sealed', 1);
  insert into webhook_deliveries (id, endpoint, message_id, type, data, attempts, created_at, next_attempt_at, failed_at)
    values (1, 'one', 'm1', 't', '{}', 0, 1, 2000, null), (2, 'one', 'm2', 't', '{}', 0, 1, 9000, null),
      (3, 'two', 'm3', 't', '{}', 0, 1, 1000, null), (4, 'one', 'm4', 't', '{}', 3, 1, null, 2),
      (5, 'one', 'm5', 't', '{}', 3, 1, 3000, null);
  insert into email_outbox (id, kind, user_id, address, context, idempotency_key, created_at, next_attempt_at, tried_by, batch_key)
    values (1, 'password_reset', 2, 'a@x.example', '{}', 'k1', 1, 2000, '', 'batch'),
      (2, 'password_reset', 1, 'b@x.example', '{}', 'k2', 1, 9000, '', null),
      (3, 'confirm_email', 1, 'b@x.example', '{}', 'k3', 1, 3000, '', null),
      (4, 'confirm_email', 1, 'b@x.example', '{}', 'k4', 1, 4000, '', 'batch'),
      (5, 'confirm_email', 1, 'b@x.example', '{}', 'k5', 1, 9000, '', 'batch');
  insert into suppressed_addresses (email_folded, reason, suppressed_at)
    values ('s@x.example', 'bounced', 1), ('t@x.example', 'bounced', 1);
  insert into used_nonces (purpose, nonce_hash, used_at, expires_at)
    values ('mail_event', 'other', 1, 1e15), ('elsewhere', 'nonce', 1, 1e15);
  insert into throttle_hits (key, request_id, hit_at, expires_at)
    values ('a', 'r1', 4500, 5500), ('a', 'r2', 1000, 2000), ('b', 'r3', 4600, 5600), ('b', 'r4', 4700, 5700);
  insert into event_counts (kind, hour_at, count)
    values ('login', 0, 3), ('login', 3600000, 4), ('login', 28800000, 5);
  insert into audit_events (id, kind, user_id, happened_at, detail)
    values (1, 'login', 1, 1, '{}'), (2, 'login', 2, 2, '{}');
  insert into read_positions (reader, position) values ('event_totals', 0), ('stream', 1), ('other', 1);`

/** What may have happened meanwhile. */
const WORLDS: Readonly<Record<string, string>> = {
  nothing: '',
  'message heard before': `insert or ignore into used_nonces (purpose, nonce_hash, used_at, expires_at)
    values ('mail_event', 'nonce', 1, 1e15)`,
  'no nonces': 'delete from used_nonces',
  'token gone': 'delete from auth_tokens where user_id = 2',
  'the other token gone': 'delete from auth_tokens where user_id = 1',
  deactivated: 'update users set is_active = 0 where id = 2',
  'no such account': 'delete from users where id = 2',
  'used up': `insert into throttle_hits (key, request_id, hit_at, expires_at) values ('a', 'r5', 4900, 5900)`,
  'the account has used it up': `insert into throttle_hits (key, request_id, hit_at, expires_at)
    values ('token:user:2', 'r5', 4900, 5900), ('token:user:2', 'r6', 4900, 5900)`,
  'nothing counted': 'delete from throttle_hits',
  refused: `insert into throttle_hits (key, request_id, hit_at, expires_at) values ('refused', 'new', 5000, 100)`,
  'another one refused': `insert into throttle_hits (key, request_id, hit_at, expires_at)
    values ('refused', 'r9', 5000, 100)`,
  'counted before': `insert into throttle_hits (key, request_id, hit_at, expires_at) values ('a', 'new', 5000, 6000)`,
  'another request counted then': `insert into throttle_hits (key, request_id, hit_at, expires_at)
    values ('a', 'r8', 5000, 6000)`,
  'counted at another time': `insert into throttle_hits (key, request_id, hit_at, expires_at)
    values ('a', 'new', 4999, 6000)`,
  'counted by another key': `insert into throttle_hits (key, request_id, hit_at, expires_at)
    values ('c', 'new', 5000, 6000)`,
  'connected just now': `insert or ignore into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (1, 2, 'google', 'ada', 1, 5000)`,
  'connected before': `insert or ignore into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (1, 2, 'google', 'ada', 1, 1)`,
  'another connected': `insert or ignore into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (2, 1, 'google', 'bob', 1, 5000)`,
  'connected elsewhere': `insert or ignore into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (3, 1, 'github', 'ada', 1, 5000)`,
  'another hit has its place': 'delete from throttle_hits where rowid = 1',
  'the place is of another key': "update throttle_hits set key = 'b' where rowid = 1",
  'read on': "update read_positions set position = 2 where reader = 'stream'",
  'hours are counted': "update read_positions set position = 1e15 where reader = 'event_totals'",
  'never counted': "delete from read_positions where reader = 'event_totals'",
  'nobody has read': "delete from read_positions where reader = 'stream'",
}

const TABLES = [
  'users',
  'webhook_deliveries',
  'email_outbox',
  'suppressed_addresses',
  'used_nonces',
  'throttle_hits',
  'event_counts',
  'event_totals',
  'read_positions',
  'audit_events',
]

const { unnoticedOf, digestOf } = observer({ base: BASE, worlds: WORLDS, tables: TABLES })

const rates = [{ key: 'a', limit: 2, windowMs: 1_000 }]
const count = { requestId: 'new', action: 'login', rates, now: NOW }
const ofAccount = {
  ...count,
  rates: [],
  accountRates: {
    accounts: findTokenOwner('key-1'),
    rates: [{ key: 'token', limit: 2, windowMs: 1_000 }],
  },
}
const social = { provider: 'google', uid: 'ada', extraData: {}, sealedTokens: undefined }
const search = {
  columns: userColumnsOf(settingsOf()),
  provider: 'google',
  uid: 'ada',
  emailFolded: '',
  callerId: undefined,
  session: undefined,
}
const found = sql`(select id from users where username = 'ada')`
const CONDITION = sql`exists (select 1 from auth_tokens where auth_tokens.key_hash = 'key-2')`
const detail = { client: '', country: '', user_agent: '' }
const email = {
  kind: 'password_reset',
  userId: found,
  address: 'a@x.example',
  context: { origin: '' },
  idempotencyKey: 'new',
  condition: CONDITION,
} as const
const emails = {
  ...email,
  recipients: sql`(select id as user_id, email, null as context from users where username = 'ada')`,
}
const settled = {
  finished: [1],
  untaken: [2],
  held: [3],
  untouched: [4],
  alone: [5],
  triedBy: [{ id: 1, transport: 'second' }],
}

/** By what they write, each as it is sent for one reason or another. */
const STATEMENTS: Readonly<Record<string, () => readonly Plain[] | Promise<readonly Plain[]>>> = {
  'claimed messages': () =>
    sentBy((sending) => claimDeliveries(sending, 'one', { now: NOW, size: 1 })),
  'settled messages': () =>
    sentBy((sending) =>
      settleDeliveries(
        sending,
        {
          taken: [1],
          untouched: [2],
          failed: [
            { id: 3, reason: 'busy', nextAttemptAt: NOW },
            { id: 5, reason: 'gone', nextAttemptAt: null },
          ],
        },
        NOW,
      ),
    ),
  'claimed mails': async () => [
    ...(await sentBy((sending) => claimEmails(sending, { now: NOW, size: 1, batchKey: 'new' }))),
    ...(await sentBy((sending) =>
      claimEmails(sending, { now: NOW, size: 9, batchKey: undefined }),
    )),
  ],
  'settled mails': () =>
    settleEmails(db, settled, { batchKey: 'batch', dueAt: NOW }).map(
      (one) => of(one as unknown as Parameters<typeof of>[0]), // as Drizzle makes them
    ),
  'a mail': () => [of(insertEmail(db, email, NOW))],
  'mails to several': () => [of(insertEmails(db, emails, NOW))],
  'mails to several or to nobody': () => [
    of(insertEmailsOrNone(db, emails, { condition: CONDITION, now: NOW })),
  ],
  'stopped addresses': () =>
    sentBy((sending) =>
      insertSuppressions(
        sending,
        { emailsFolded: ['n@x.example'], reason: 'bounced', detail: '', nonceHash: 'nonce' },
        NOW,
      ),
    ),
  'an address that is let through': () => [of(deleteSuppression(db, 's@x.example'))],
  'a counted request': () => [of(insertHits(db, count)), of(insertHits(db, ofAccount))],
  'a request that counts or fails': () => [
    of(insertHitsOrFail(db, count)),
    of(insertHitsOrFail(db, ofAccount)),
  ],
  'a request that counts quietly': () => [of(insertHitsQuietly(db, count, CONDITION))],
  'what may be used once': async () => {
    const sent = await sentBy((sending) =>
      findSocialCandidates(sending, search, {
        spends: [{ purpose: 'social', hash: 'h', expiresAt: LATE }],
        count,
        now: NOW,
      }),
    )
    return sent.filter(({ sql: text }) => text.startsWith('insert into used_nonces'))
  },
  'a note of a connection': async () => {
    const settings = settingsOf({ SOCIAL_SIGNUP: true })
    const statements = await noteConnected({ db, settings, now: NOW }, social)
    return statements.map((one) => of(one as unknown as Parameters<typeof of>[0])) // as Drizzle makes them
  },
  'a tallied refusal': () => [of(tallyRefused(db, count))],
  'a tally': () => [of(tally(db, { kind: 'login', now: NOW }, CONDITION))],
  'expired hits': () => [of(purge(db, NOW))],
  'hits taken back': () => [of(releaseHits(db, [{ rowid: 1, key: 'a' }]))],
  'an event': () =>
    insertAuditEvent(db, { kind: 'login', userId: found, detail }, NOW).map((one) => of(one)),
  'an act': () =>
    insertActEvent(
      db,
      { kind: 'invited', userId: sql`null`, detail, condition: CONDITION },
      NOW,
    ).map((one) => of(one)),
  'totals of hours that are over': () => sentBy((sending) => rollUpEvents(sending, LATE)),
  'a reader that begins': () => sentBy((sending) => readUnread(sending, 'stream', 9)),
  'a reader that goes on': () =>
    sentBy((sending) => advanceReader(sending, 'stream', { from: 1, to: 9 })),
}

test.each(Object.entries(STATEMENTS))('each condition of %s matters', async (name, send) => {
  const statements = await send()
  expect(conditionsOf(statements).size).toBeGreaterThan(0)
  expect(unnoticedOf(statements)).toEqual([])
  const known: Readonly<Record<string, Outcomes>> = outcomes.upkeep
  expect(digestOf(statements, known[name] ?? { digest: '' })).toBe(known[name]?.digest)
})
