/** JSON Schemas of what the operator's API answers, by the names that routes refer to. */

/** JSON Schema of what the admin API answers, by the names that routes use. */
export const adminSchemas: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  Me: object({
    kind: { enum: ['staff', 'admin_key'] },
    id: integer(),
    is_superuser: boolean(),
    scopes: list(string()),
    can_impersonate: boolean(),
    providers: list(string()),
    own_fields: list(string()),
    has_webhooks: boolean(),
  }),
  ListedUser: object({ ...account(), is_verified: boolean() }),
  UserPage: object({ users: list(reference('ListedUser')), next: orNull(string()) }),
  User: object({
    ...account(),
    has_usable_password: boolean(),
    addresses: list(object({ email: string(), verified: boolean(), primary: boolean() })),
    logins: list(
      object({
        id: string(),
        user_agent: string(),
        country: string(),
        created_at: time(),
        last_used_at: time(),
        expires_at: time(),
      }),
    ),
    sessions: list(object({ created_at: time(), expires_at: time() })),
    auth_token_created_at: orNull(time()),
    authenticator_app: orNull(
      object({
        created_at: time(),
        last_used_at: orNull(time()),
        recovery_codes_left: integer(),
      }),
    ),
    passkeys: list(object({ name: string(), created_at: time(), last_used_at: orNull(time()) })),
    social_accounts: list(
      object({ provider: string(), uid: string(), last_login: time(), date_joined: time() }),
    ),
    groups: list(string()),
    permissions: list(string()),
    own_fields: { type: 'object' },
    mails: list(reference('Mail')),
    events: list(reference('Event')),
  }),
  Created: object({ id: integer(), username: string(), mailed: boolean() }),
  Changed: object({ changed: boolean() }),
  ActingToken: object({ access: string(), expires_at: time() }),
  Event: object({
    id: integer(),
    kind: string(),
    user_id: orNull(integer()),
    happened_at: time(),
    invited: orNull(string()),
    detail: { type: 'object' },
  }),
  AuditPage: object({ events: list(reference('Event')), next: orNull(integer()) }),
  Counters: object({
    since: time(),
    until: time(),
    step: { enum: ['hour', 'day'] },
    counts: list(object({ kind: string(), at: time(), count: integer() })),
  }),
  Mail: object({
    id: integer(),
    kind: string(),
    user_id: orNull(integer()),
    address: string(),
    attempts: integer(),
    created_at: time(),
    next_attempt_at: time(),
  }),
  Mails: object({
    waiting: integer(),
    retried: integer(),
    oldest_at: orNull(time()),
    can_send: boolean(),
    mails: list(reference('Mail')),
    next: orNull(integer()),
  }),
  GroupPage: object({
    groups: list(object({ id: integer(), name: string() })),
    next: orNull(string()),
  }),
  Granted: object({ changed: integer() }),
  Invited: object({ id: integer(), email: string(), expires_at: time() }),
  Invitation: object({
    id: integer(),
    email: string(),
    state: { enum: ['pending', 'accepted', 'revoked', 'expired'] },
    groups: list(string()),
    invited_by: orNull(integer()),
    user_id: orNull(integer()),
    created_at: time(),
    expires_at: time(),
  }),
  InvitationPage: object({
    invitations: list(reference('Invitation')),
    next: orNull(integer()),
  }),
  Suppression: object({
    address: string(),
    reason: { enum: ['bounced', 'complained'] },
    detail: string(),
    since: time(),
  }),
  SuppressionPage: object({
    suppressions: list(reference('Suppression')),
    next: orNull(string()),
  }),
  Delivery: object({
    id: integer(),
    receiver: string(),
    message_id: string(),
    event: string(),
    tries: integer(),
    created_at: time(),
    next_try_at: orNull(time()),
    failed_at: orNull(time()),
    reason: orNull(string()),
  }),
  DeliveryPage: object({ deliveries: list(reference('Delivery')), next: orNull(integer()) }),
  Replayed: object({ replayed: integer() }),
  Error: {
    type: 'object',
    properties: {
      code: { type: 'string' },
      detail: { type: 'string' },
      fields: { type: 'object', additionalProperties: list(string()) },
    },
    required: ['code', 'detail'],
  },
}

type Schema = Readonly<Record<string, unknown>>

/** The properties that every body of an account has. */
function account(): Readonly<Record<string, Schema>> {
  return {
    id: integer(),
    username: string(),
    email: string(),
    first_name: string(),
    last_name: string(),
    is_active: boolean(),
    is_staff: boolean(),
    is_superuser: boolean(),
    date_joined: time(),
    last_login: orNull(time()),
  }
}

function object(properties: Readonly<Record<string, Schema>>): Schema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

function list(items: Schema): Schema {
  return { type: 'array', items }
}

function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** A value that may be null. */
function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

function string(): Schema {
  return { type: 'string' }
}

function integer(): Schema {
  return { type: 'integer' }
}

function boolean(): Schema {
  return { type: 'boolean' }
}

function time(): Schema {
  return { type: 'string', format: 'date-time' }
}
