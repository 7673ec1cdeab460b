/**
 * Bodies of the operator's API, built from named values: a column that is added to a table shows up in no answer by
 * itself, and no secret can.
 */
import type { AuditEvent } from '../../core/audit/search.sql.ts'
import type { ListedUser } from '../../core/operator/search.sql.ts'
import type { WaitingMail, WholeUser } from '../../core/operator/whole-user.sql.ts'
import type { AccountRow } from '../../core/accounts/operator.sql.ts'

/** The account's own columns. */
export function accountBody(account: AccountRow) {
  return {
    id: account.id,
    username: account.username,
    email: account.email,
    first_name: account.firstName,
    last_name: account.lastName,
    is_active: account.isActive,
    is_staff: account.isStaff,
    is_superuser: account.isSuperuser,
    date_joined: account.dateJoinedAt.toISOString(),
    last_login: time(account.lastLoginAt),
  }
}

/** An account in a list. */
export function listedUserBody(user: ListedUser) {
  return { ...accountBody(user), is_verified: user.isVerified }
}

/** Everything about an account that is no secret. */
export function wholeUserBody(user: WholeUser) {
  const { authenticatorApp: app } = user
  return {
    ...accountBody(user.account),
    ...(user.publicId === undefined ? {} : { pk: user.publicId }),
    has_usable_password: user.hasUsablePassword,
    addresses: user.addresses.map(({ email, isVerified, isPrimary }) => ({
      email,
      verified: isVerified,
      primary: isPrimary,
    })),
    ...loginsBody(user),
    authenticator_app:
      app === undefined
        ? null
        : {
            created_at: app.createdAt.toISOString(),
            last_used_at: time(app.lastUsedAt),
            recovery_codes_left: app.codesLeft,
          },
    passkeys: user.passkeys.map(({ name, createdAt, lastUsedAt }) => ({
      name,
      created_at: createdAt.toISOString(),
      last_used_at: time(lastUsedAt),
    })),
    social_accounts: user.socialAccounts.map(({ provider, uid, lastLoginAt, dateJoinedAt }) => ({
      provider,
      uid,
      last_login: lastLoginAt.toISOString(),
      date_joined: dateJoinedAt.toISOString(),
    })),
    groups: user.groups,
    permissions: user.permissions,
    own_fields: user.ownFields,
    mails: user.waitingMails.map(mailBody),
    events: user.events.map(eventBody),
  }
}

/** Where an account is logged in. The ids in it can end a login and do nothing else. */
export function loginsBody(user: WholeUser) {
  return {
    logins: user.logins.map((login) => ({
      id: login.family,
      user_agent: login.userAgent,
      country: login.country,
      created_at: login.createdAt.toISOString(),
      last_used_at: login.lastUsedAt.toISOString(),
      expires_at: login.expiresAt.toISOString(),
    })),
    sessions: user.sessions.map(({ createdAt, expiresAt }) => ({
      created_at: createdAt.toISOString(),
      expires_at: expiresAt.toISOString(),
    })),
    auth_token_created_at: time(user.authTokenAt ?? null),
  }
}

/** A mail in the outbox, without its text: the text holds links that log in. */
export function mailBody(mail: WaitingMail) {
  return {
    id: mail.id,
    kind: mail.kind,
    user_id: mail.userId,
    address: mail.address,
    attempts: mail.attempts,
    created_at: mail.createdAt.toISOString(),
    next_attempt_at: mail.nextAttemptAt.toISOString(),
  }
}

/** An event of the audit log. */
export function eventBody(event: AuditEvent) {
  return {
    id: event.id,
    kind: event.kind,
    user_id: event.userId,
    happened_at: event.happenedAt.toISOString(),
    invited: event.invited ?? null,
    detail: event.detail,
  }
}

function time(date: Date | null): string | null {
  return date?.toISOString() ?? null
}
