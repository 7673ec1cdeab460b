import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { derivedPublicId, readPublicId, withPublicId } from '../../../src/core/tokens/public-id.ts'
import { userColumns } from '../../../src/core/users/users.sql.ts'
import { publicIds } from '../../../src/db/schema/public-ids.ts'
import { users } from '../../../src/db/schema/users.ts'
import { aUser, createTestApp } from '../../support/app.ts'

// The id that clients see of accounts from before `USER_PK = "uuid"`.

const UUID = '01234567-89ab-4cde-8f01-23456789abcd'

async function worldOf(env: Readonly<Record<string, string>> = { USER_PK: 'uuid' }) {
  const app = await createTestApp({ env, users: [aUser()] })
  const deps = app.deps()
  const [user] = await deps.db.select(userColumns).from(users)
  if (user === undefined) throw new Error('nobody')
  const kept = async () => {
    await app.settle()
    return (await deps.db.select().from(publicIds)).map(({ publicId }) => publicId)
  }
  return { deps, user, kept }
}

/** As Django salts a MAC: the digest of salt and secret is its key. */
function expectedId(userId: number, secret: string): string {
  const key = createHash('sha256').update(`rest-auth-edge.public-id${secret}`).digest()
  const bytes = createHmac('sha256', key).update(String(userId)).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

test.each([1, 2, 1_000_000])('is derived from the secret and the row: %i', async (id) => {
  const secrets = ['one-secret-key-of-more-than-32-bytes', 'another-secret-key-of-32-bytes-']
  for (const SECRET_KEY of secrets) {
    expect(await derivedPublicId({ SECRET_KEY }, id)).toBe(expectedId(id, SECRET_KEY))
  }
})

describe('an account', () => {
  test('has none where clients see numbers', async () => {
    const { deps, user, kept } = await worldOf({ USER_PK: 'integer' })
    expect(await withPublicId(deps, user)).toBe(user)
    expect(await kept()).toEqual([])
  })

  test('keeps the one that was read with it, and nothing is written', async () => {
    const { deps, user, kept } = await worldOf()
    const known = { ...user, more: { publicId: UUID } }
    expect(await withPublicId(deps, known)).toBe(known)
    expect(await kept()).toEqual([])
  })

  test.each([undefined, null, {}, { publicId: null }, { own: { city: 'Delft' } }])(
    'that was read with %j gets one, which is written',
    async (more) => {
      const { deps, user, kept } = await worldOf()
      const publicId = expectedId(1, deps.settings.SECRET_KEY)
      const named = await withPublicId(deps, { ...user, more })
      expect(named).toEqual({ ...user, more: { ...more, publicId } })
      expect(await kept()).toEqual([publicId])
    },
  )

  test('that got one meanwhile keeps that', async () => {
    const { deps, user, kept } = await worldOf()
    await deps.db.insert(publicIds).values({ userId: 1, publicId: UUID })
    await withPublicId(deps, user)
    expect(await kept()).toEqual([UUID])
    expect(await readPublicId(deps, 1)).toBe(UUID)
  })

  test('of which none is written is named as it would be', async () => {
    const { deps } = await worldOf()
    expect(await readPublicId(deps, 1)).toBe(expectedId(1, deps.settings.SECRET_KEY))
  })
})
