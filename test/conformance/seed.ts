import { eq } from 'drizzle-orm'
import { emailAddresses } from '../../src/db/schema/addresses.ts'
import { users } from '../../src/db/schema/users.ts'
import { foldEmail } from '../../src/core/users/email.ts'
import { foldUsername } from '../../src/core/users/fold.ts'
import {
  hashOf,
  seedPasskey,
  seedSocialAccount,
  seedTotp,
  seedUser,
  userIdOf,
  type SeedDeps,
} from '../support/seed.ts'
import { credentialId, publicKeyOf } from './authenticator.ts'
import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { recoveryCodesOf } from './one-time-code.ts'
import { CorpusError, requireNumber, requireTexts } from './require.ts'
import type { SeedResult } from './world.ts'

/** Does one seed operation of the corpus. */
export async function applySeed(deps: SeedDeps, operation: JsonObject): Promise<SeedResult> {
  const { op, ...fields } = operation
  switch (op) {
    case 'create_user':
      return createUser(deps, fields)
    case 'update_user':
      return updateUser(deps, fields)
    case 'set_password': {
      const password = await hashOf(deps, text(fields, 'password'))
      await changeUser(deps, text(fields, 'username'), { password })
      return {}
    }
    case 'delete_user':
      await deps.db.delete(users).where(eq(users.username, text(fields, 'username')))
      return {}
    case 'set_email_verified':
      await deps.db
        .update(emailAddresses)
        .set({ isVerified: fields['verified'] === true })
        .where(eq(emailAddresses.email, text(fields, 'email')))
      return {}
    case 'create_social_account': {
      const userId = await userIdOf(deps, text(fields, 'username'))
      const account = { userId, provider: text(fields, 'provider'), uid: text(fields, 'uid') }
      return { rowId: await seedSocialAccount(deps, account) }
    }
    case 'enable_totp':
      return enableTotp(deps, fields)
    case 'create_passkey':
      return createPasskey(deps, fields)
    default:
      throw new CorpusError(`unknown seed ${JSON.stringify(operation)}`)
  }
}

async function createUser(deps: SeedDeps, fields: JsonObject): Promise<SeedResult> {
  const {
    username,
    email = '',
    password = null,
    first_name = '',
    last_name = '',
    is_active = true,
    email_verified = null,
    token_key = null,
    ...unknown
  } = fields
  refuseUnknown(unknown)
  return {
    userId: await seedUser(deps, {
      username: text({ username: username ?? null }, 'username'),
      email: text({ email }, 'email'),
      password: password === null ? null : text({ password }, 'password'),
      firstName: text({ first_name }, 'first_name'),
      lastName: text({ last_name }, 'last_name'),
      isActive: is_active === true,
      emailVerified: typeof email_verified === 'boolean' ? email_verified : null,
      ...(token_key === null ? {} : { tokenKey: text({ token_key }, 'token_key') }),
    }),
  }
}

async function enableTotp(deps: SeedDeps, fields: JsonObject): Promise<SeedResult> {
  const { username, secret, recovery_seed, ...unknown } = fields
  refuseUnknown(unknown)
  const codes =
    recovery_seed === undefined
      ? []
      : recoveryCodesOf(asText(recovery_seed), deps.settings.MFA_RECOVERY_CODE_COUNT)
  const userId = await userIdOf(deps, asText(username ?? null))
  await seedTotp(deps, { userId, secret: asText(secret ?? null), codes })
  return { recoveryCodes: codes }
}

async function createPasskey(deps: SeedDeps, fields: JsonObject): Promise<SeedResult> {
  const { username, key, name = 'Passkey', sign_count = 0, transports = [], ...unknown } = fields
  refuseUnknown(unknown)
  const keyName = asText(key ?? null)
  const rowId = await seedPasskey(deps, {
    userId: await userIdOf(deps, asText(username ?? null)),
    credentialId: credentialId(keyName).toString('base64url'),
    publicKey: publicKeyOf(keyName).toString('base64url'),
    name: asText(name),
    signCount: requireNumber(sign_count, 'sign_count'),
    transports: requireTexts(transports, 'transports'),
  })
  return { rowId }
}

type UserColumns = Partial<typeof users.$inferInsert>

/** Django's columns by their names, and what they are here. */
const USER_COLUMNS: Readonly<Record<string, (value: Json) => UserColumns>> = {
  username: (value) => ({ username: asText(value), usernameFolded: foldUsername(asText(value)) }),
  email: (value) => ({ email: asText(value), emailFolded: foldEmail(asText(value)) }),
  first_name: (value) => ({ firstName: asText(value) }),
  last_name: (value) => ({ lastName: asText(value) }),
  password: (value) => ({ password: asText(value) }),
  is_active: (value) => ({ isActive: value === true }),
  is_staff: (value) => ({ isStaff: value === true }),
  is_superuser: (value) => ({ isSuperuser: value === true }),
  last_login: (value) => ({ lastLoginAt: value === null ? null : new Date(asText(value)) }),
}

async function updateUser(deps: SeedDeps, fields: JsonObject): Promise<SeedResult> {
  const { username = null, set = null, ...unknown } = fields
  refuseUnknown(unknown)
  if (!isJsonObject(set)) throw new CorpusError('update_user sets nothing')
  const changes = Object.entries(set).map(([column, value]) => {
    const write = Object.hasOwn(USER_COLUMNS, column) ? USER_COLUMNS[column] : undefined
    if (write === undefined) throw new CorpusError(`unknown column ${column}`)
    return write(value)
  })
  await changeUser(deps, asText(username), Object.assign({}, ...changes))
  return {}
}

async function changeUser(deps: SeedDeps, username: string, change: UserColumns): Promise<void> {
  const id = await userIdOf(deps, username)
  await deps.db.update(users).set(change).where(eq(users.id, id))
}

function text(fields: JsonObject, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new CorpusError(`${name} is not a text`)
  return value
}

function asText(value: Json): string {
  return text({ value }, 'value')
}

function refuseUnknown(fields: JsonObject): void {
  const names = Object.keys(fields)
  if (names.length > 0) throw new CorpusError(`unknown seed fields ${names.join(', ')}`)
}
