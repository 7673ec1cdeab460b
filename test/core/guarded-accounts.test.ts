import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import {
  isFreeTarget,
  recordChange,
  replaceAddress,
  undoChange,
  useUpChange,
} from '../../src/core/accounts/address-change.sql.ts'
import { dropOtherClaims } from '../../src/core/accounts/drop-claims.sql.ts'
import { eraseAccount, eraseBelongings } from '../../src/core/accounts/erase.sql.ts'
import {
  acceptInvitation,
  areGroups,
  isMember,
  joinGroups,
  pendingInvitation,
  revokeInvitation,
  revokeInvitationsOf,
} from '../../src/core/accounts/invitations.sql.ts'
import {
  banLeaving,
  callOff,
  dropStaleDeletions,
  insertDeletion,
  liftBan,
  undoDeletion,
} from '../../src/core/accounts/leave.sql.ts'
import {
  deleteOwnAddress,
  dropPending,
  insertMissingRow,
  insertOwnAddress,
  removingUserId,
  switchingUserId,
  switchPrimary,
} from '../../src/core/accounts/own-addresses.sql.ts'
import {
  claimingUserId,
  overwritePassword,
  unprovedUserId,
  verifyAddressOf,
} from '../../src/core/accounts/prove-address.sql.ts'
import { insertMissingAddresses, verifyAddress } from '../../src/core/accounts/verify-email.sql.ts'
import { replayGivenUp } from '../../src/core/events/webhook-deliveries.sql.ts'
import { changesGrants, deleteGrants, insertGrants } from '../../src/core/operator/grants.sql.ts'
import { endDevices, nameDevice } from '../../src/core/sign-in/devices.sql.ts'
import { revokeLogin, revokeLogins } from '../../src/core/sign-in/sessions.sql.ts'
import { proofOfCaller, type proofOf } from '../../src/core/tokens/proof.sql.ts'
import { ACCOUNTS } from '../support/account-worlds.ts'
import { conditionsOf, db, observer, of, type Plain, type Outcomes } from '../support/guarded.ts'
import outcomes from './guarded-outcomes.json' with { type: 'json' }

// Statements of own addresses, deletions, invitations, devices, grants and webhooks: each of their conditions matters.

const NOW = new Date(5_000)
const LATER = new Date(9_000)

const { unnoticedOf, digestOf } = observer(ACCOUNTS)

const ada = {
  id: 2,
  username: 'ada',
  email: 'a@x.example',
  firstName: '',
  lastName: '',
  isActive: true,
  lastLoginAt: null,
  tokensRevokedAt: null,
  passwordHash: 'old',
} as unknown as Parameters<typeof proofOf>[1]
const proof = proofOfCaller({ user: ada, credential: { kind: 'token', keyHash: 'key-1' } })
const CONDITION = sql`exists (select 1 from users where users.id = 1 and not users.is_superuser)`
const added = { email: 'm@x.example', emailFolded: 'm@x.example', max: 4, condition: CONDITION }
const undo = { nonce: 'change-1', now: NOW, passwordHash: 'undone', isUnique: true }
const undone = undoChange(db, undo)
const search = { emailFolded: 'i@x.example', nonce: 'invite-1', now: NOW }
const grant = {
  granter: { kind: 'user', id: 1 },
  targetId: 2,
  grants: { groups: ['editors'], permissions: ['app.add'] },
} as const
const byOperator = { ...grant, granter: { kind: 'operator' } } as const
const proved = { userId: 2, email: 'n@x.example', emailFolded: 'n@x.example', isUnique: true }
const erasure = { userId: 2, now: NOW, how: 'hard', suffix: 's', passwordHash: '!x' } as const
const removal = { addressId: 2, mayBeLast: true, condition: CONDITION }

/** By what they write, each as it is sent for one reason or another. */
const STATEMENTS: Readonly<Record<string, () => readonly Plain[]>> = {
  'a noted change of address': () => [
    of(
      recordChange(db, 3, {
        change: { nonce: 'new', now: NOW, expiresAt: LATER },
        condition: isFreeTarget(true),
      }),
    ),
    of(
      recordChange(db, 2, {
        change: { nonce: 'new', now: NOW, expiresAt: LATER },
        condition: sql`1`,
      }),
    ),
  ],
  'a replaced address': () => Object.values(replaceAddress(db, 3, true)).map((one) => of(one)),
  'an undone change': () => [of(undone.undone)],
  'what goes with an undone change': () => undone.rest.map((one) => of(one)),
  'a used undo link': () => [of(useUpChange(db, undo))],
  'the row of an imported address': () => [of(insertMissingRow(db, proof))],
  'rows of imported addresses': () => [
    of(insertMissingAddresses(db, 'a@x.example')),
    of(insertMissingAddresses(db, '')),
  ],
  'addresses that waited': () => [
    of(dropPending(db, proof, added)),
    of(dropPending(db, proof, { ...added, emailFolded: 'n@x.example' })),
  ],
  'an added address': () => [
    of(insertOwnAddress(db, proof, added)),
    of(insertOwnAddress(db, proof, { ...added, emailFolded: 'v@x.example', max: 9 })),
  ],
  'another primary address': () =>
    Object.values(switchPrimary(db, switchingUserId(proof, 4, CONDITION), 4)).map((one) => of(one)),
  'a removed address': () =>
    [removal, { ...removal, mayBeLast: false }, { ...removal, addressId: 4 }].flatMap((removed) =>
      Object.values(deleteOwnAddress(db, removingUserId(proof, removed), removed.addressId)).map(
        (one) => of(one),
      ),
    ),
  'a proved address': () => [
    ...verifyAddressOf(db, proved).map((one) => of(one)),
    ...verifyAddressOf(db, { ...proved, email: 'f@x.example', emailFolded: 'f@x.example' }).map(
      (one) => of(one),
    ),
  ],
  'a verification by key': () => Object.values(verifyAddress(db, 3, true)).map((one) => of(one)),
  'the password of an unproved account': () => [
    of(overwritePassword(db, unprovedUserId(2), '!x')),
    of(overwritePassword(db, claimingUserId(2, 'n@x.example'), '!x')),
    of(overwritePassword(db, claimingUserId(2, ''), '!x')),
  ],
  'claims of others': () =>
    dropOtherClaims(
      db,
      { userId: 2, emailFolded: 'n@x.example' },
      { context: { origin: 'https://auth.example.com' }, idempotencyKey: 'k', now: NOW },
    ).map((one) => of(one)),
  'a deletion': () => [
    of(insertDeletion(db, proof, { nonce: 'new', requestedAt: NOW, dueAt: LATER })),
  ],
  'a deletion taken back': () =>
    Object.values(undoDeletion(db, 'leave-2', NOW)).map((one) => of(one)),
  'a deletion called off': () => [of(callOff(db, 2))],
  'deletions of active accounts': () => [of(dropStaleDeletions(db))],
  'a ban of who leaves': () => [of(banLeaving(db, 2, NOW))],
  'a lifted ban of who leaves': () => [of(liftBan(db, 2))],
  'an erased account': () => [
    ...Object.values(eraseAccount(db, erasure)).map((one) => of(one)),
    of(eraseAccount(db, { ...erasure, how: 'soft' }).erased),
  ],
  'erased belongings': () =>
    eraseBelongings(db, erasure).map((one) => of(one as unknown as Parameters<typeof of>[0])), // as Drizzle makes them
  'an accepted invitation': () =>
    [search, { ...search, nonce: undefined }].map((one) =>
      of(
        acceptInvitation(db, pendingInvitation(one), {
          userId: sql`(select id from users where id = 2)`,
          now: NOW,
        }),
      ),
    ),
  'groups of an invitation': () => [of(joinGroups(db, sql`2`))],
  'an invitation taken back': () => [of(revokeInvitation(db, 1, NOW))],
  'earlier invitations': () => [
    of(
      revokeInvitationsOf(db, 'i@x.example', {
        now: NOW,
        condition: sql`not ${isMember('i@x.example')} and ${areGroups(['editors'])}`,
      }),
    ),
  ],
  'one ended device': () =>
    ['family-1', 'session-1', 'device-1', 'key-1'].flatMap((id) =>
      endDevices(db, 2, { choice: { id }, now: NOW }).map((one) => of(one)),
    ),
  'all devices but one': () =>
    ['family-1', 'session-1', 'device-1', 'key-1'].flatMap((except) =>
      endDevices(db, 2, { choice: { except }, now: NOW }).map((one) => of(one)),
    ),
  'a named device': () =>
    ['family-1', 'session-1', 'device-1'].flatMap((id) =>
      nameDevice(db, 2, { id, name: 'Mine', now: NOW, holds: CONDITION }).map((one) => of(one)),
    ),
  'an ended login': () => [of(revokeLogin(db, { userId: 2, family: 'family-1' }, NOW))],
  'all logins but one': () => [of(revokeLogins(db, { userId: 2, exceptFamily: 'family-1' }, NOW))],
  'a grant': () =>
    [...insertGrants(db, grant), ...insertGrants(db, byOperator)].map((one) => of(one)),
  'a withdrawal': () =>
    [...deleteGrants(db, grant), ...deleteGrants(db, byOperator)].map((one) => of(one)),
  'a note of a grant': () => [
    of(overwritePassword(db, sql`(select 2 where ${changesGrants(grant, 'grant')})`, '!x')),
    of(overwritePassword(db, sql`(select 2 where ${changesGrants(grant, 'withdraw')})`, '!x')),
  ],
  'messages sent again': () => [of(replayGivenUp(db, 1, NOW)), of(replayGivenUp(db, 'all', NOW))],
}

/** Some conditions are tried in all pairs of worlds. */
const TIMEOUT = { timeout: 120_000 }

/** By statement: what no world can tell, and why. */
const REDUNDANT: Readonly<Record<string, readonly string[]>> = {
  // Of the caller's proof, which the statements of a deletion and of an added address show.
  'the row of an imported address': ['"users"."id" = ?'],
  'another primary address': ['"users"."id" = ?'],
  'a removed address': ['"users"."id" = ?'],
  // The account is found by it.
  'a deletion taken back': ['nonce = ?'],
  // From nobody there is nothing to take.
  'a withdrawal': ['exists (select 1 from "users" where "users"."id" = ?)'],
  // `on conflict do nothing` says the same.
  'a grant': [
    'not exists (select 1 from "user_permissions"\n            where user_id = ? and permission = value)',
  ],
}

test.each(Object.entries(STATEMENTS))('each condition of %s matters', TIMEOUT, (name, send) => {
  const statements = send()
  expect(conditionsOf(statements).size).toBeGreaterThan(0)
  expect(unnoticedOf(statements, REDUNDANT[name])).toEqual([])
  const known: Readonly<Record<string, Outcomes>> = outcomes.accounts
  expect(digestOf(statements, known[name] ?? { digest: '' })).toBe(known[name]?.digest)
})
