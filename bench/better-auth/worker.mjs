/**
 * better-auth as its documentation sets it up for drizzle on SQLite, with the joins that it offers (a session and its
 * user in one query), and password hashes that cost what those of the other subjects cost.
 */
import { createClient } from '@libsql/client/http'
import { betterAuth } from 'better-auth'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { relations } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql/http'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { hashPassword, verifyPassword } from '../password.ts'

const time = (name) => integer(name, { mode: 'timestamp' })
const user = sqliteTable('ba_user', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: integer('email_verified', { mode: 'boolean' }).notNull(),
  image: text('image'),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
})
const session = sqliteTable('ba_session', {
  id: text('id').primaryKey(),
  expiresAt: time('expires_at').notNull(),
  token: text('token').notNull().unique(),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
  ipAddress: text('ip_address'),
  userAgent: text('user_agent'),
  userId: text('user_id').notNull(),
})
const account = sqliteTable('ba_account', {
  id: text('id').primaryKey(),
  accountId: text('account_id').notNull(),
  providerId: text('provider_id').notNull(),
  userId: text('user_id').notNull(),
  accessToken: text('access_token'),
  refreshToken: text('refresh_token'),
  idToken: text('id_token'),
  accessTokenExpiresAt: time('access_token_expires_at'),
  refreshTokenExpiresAt: time('refresh_token_expires_at'),
  scope: text('scope'),
  password: text('password'),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
})
const verification = sqliteTable('ba_verification', {
  id: text('id').primaryKey(),
  identifier: text('identifier').notNull(),
  value: text('value').notNull(),
  expiresAt: time('expires_at').notNull(),
  createdAt: time('created_at'),
  updatedAt: time('updated_at'),
})

const userRelations = relations(user, ({ many }) => ({
  sessions: many(session),
  accounts: many(account),
}))
const sessionRelations = relations(session, ({ one }) => ({
  user: one(user, { fields: [session.userId], references: [user.id] }),
}))
const accountRelations = relations(account, ({ one }) => ({
  user: one(user, { fields: [account.userId], references: [user.id] }),
}))
const schema = {
  user,
  session,
  account,
  verification,
  userRelations,
  sessionRelations,
  accountRelations,
}

/** A shared libSQL client breaks under load in Workers, so each call gets one; making it costs nothing. */
function clientOf(url) {
  return new Proxy(createClient({ url }), {
    get: (client, name) =>
      typeof client[name] === 'function'
        ? (...args) => createClient({ url })[name](...args)
        : client[name],
  })
}

let auth

function authOf(env) {
  auth ??= betterAuth({
    baseURL: env.PUBLIC_URL,
    secret: env.SECRET_KEY,
    database: drizzleAdapter(drizzle(clientOf(env.TURSO_DATABASE_URL), { schema }), {
      provider: 'sqlite',
      schema,
    }),
    advanced: { database: { joins: true } },
    emailAndPassword: {
      enabled: true,
      password: {
        hash: (password) => hashPassword(password),
        verify: ({ hash, password }) => verifyPassword(password, hash),
      },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  })
  return auth
}

export default {
  fetch: (request, env) => authOf(env).handler(request),
}
