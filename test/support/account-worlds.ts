import type { Worlds } from './guarded.ts'

/** Three accounts, each with everything of its own; the second one is meant. */
const BASE = `
  insert into users (id, username, username_folded, email, email_folded, password, date_joined_at)
    values (1, 'bob', 'bob', 'b@x.example', 'b@x.example', 'old', 1),
      (2, 'ada', 'ada', 'a@x.example', 'a@x.example', 'old', 1),
      (3, 'eve', 'eve', 'e@x.example', 'e@x.example', 'old', 1);
  insert into email_addresses (id, user_id, email, email_folded, is_verified, is_primary)
    values (1, 1, 'b@x.example', 'b@x.example', 1, 1), (2, 2, 'a@x.example', 'a@x.example', 1, 1),
      (3, 2, 'n@x.example', 'n@x.example', 0, 0), (4, 2, 'v@x.example', 'v@x.example', 1, 0),
      (5, 1, 'n@x.example', 'n@x.example', 0, 0);
  insert into email_confirmations (key_hash, address_id, sent_at, expires_at)
    values ('mailed-1', 1, 1, 1e15), ('mailed-2', 2, 1, 1e15);
  insert into auth_tokens (user_id, key_hash, sealed_key, created_at)
    values (2, 'key-1', 'sealed', 1), (1, 'key-2', 'sealed', 1);
  insert into device_tokens (key_hash, user_id, created_at, last_used_at, expires_at)
    values ('device-1', 2, 1, 1, 1e15), ('device-2', 1, 1, 1, 1e15);
  insert into sessions (key_hash, user_id, auth_hash, created_at, expires_at)
    values ('session-1', 2, 'bound', 1, 1e15), ('session-2', 1, 'bound', 1, 1e15);
  insert into refresh_families (family, user_id, created_at, last_used_at, expires_at)
    values ('family-1', 2, 1, 1, 1e15), ('family-2', 1, 1, 1, 1e15), ('family-3', 2, 1, 1, 1e15);
  insert into totp_devices (id, user_id, sealed_secret, recovery_salt, created_at)
    values (1, 1, 'x', 's', 2500), (2, 2, 'x', 's', 2500);
  insert into recovery_codes (user_id, code_hash, position) values (1, 'code', 0), (2, 'code', 0);
  insert into passkeys (id, user_id, credential_id, public_key, algorithm, sign_count, user_handle, name, created_at)
    values (1, 1, 'cred-1', 'k', -7, 5, 'h1', 'Phone', 2500), (2, 2, 'cred-2', 'k', -7, 5, 'h2', 'Key', 2500),
      (3, 2, 'cred-3', 'k', -7, 5, 'h2', 'Old', 1000);
  insert into social_accounts (id, user_id, provider, uid, last_login_at, date_joined_at)
    values (1, 1, 'google', 'bob', 1, 2500), (2, 2, 'google', 'ada', 1, 2500), (3, 2, 'github', 'ada', 1, 1000);
  insert into address_changes (id, user_id, nonce, email, email_folded, kept_ids, changed_at, expires_at)
    values (1, 2, 'change-0', 'z@x.example', 'z@x.example', '[]', 1000, 8000),
      (2, 2, 'change-1', 'f@x.example', 'f@x.example', '[4]', 2000, 8000),
      (3, 2, 'change-2', 'g@x.example', 'g@x.example', '[]', 3000, 8000),
      (4, 1, 'change-3', 'h@x.example', 'h@x.example', '[]', 2000, 8000);
  insert into account_deletions (user_id, nonce, requested_at, due_at)
    values (3, 'leave-3', 1, 4000), (1, 'leave-1', 1, 4000);
  update users set is_active = 0 where id in (1, 3);
  insert into groups (id, name) values (1, 'editors'), (2, 'readers');
  insert into group_members (user_id, group_id) values (1, 1), (3, 2);
  insert into user_permissions (user_id, permission) values (1, 'app.add'), (3, 'app.view');
  insert into invitations (id, nonce, email, email_folded, groups, created_at, expires_at)
    values (1, 'invite-1', 'i@x.example', 'i@x.example', '["editors"]', 1, 8000),
      (2, 'invite-2', 'j@x.example', 'j@x.example', '["readers"]', 1, 8000);
  insert into public_ids (user_id, public_id) values (1, 'public-1'), (2, 'public-2');
  insert into webhook_deliveries (id, endpoint, message_id, type, data, attempts, created_at, failed_at)
    values (1, 'one', 'm1', 't', '{}', 3, 1, 2), (2, 'one', 'm2', 't', '{}', 3, 1, 2);`

/** What may have happened meanwhile. */
const WORLDS: Readonly<Record<string, string>> = {
  nothing: '',
  deactivated: 'update users set is_active = 0 where id = 2',
  'everybody is active': 'update users set is_active = 1',
  'another password': "update users set password = 'other' where id = 2",
  'undone by this one': "update users set password = 'undone' where id = 2",
  'the other one has that password': "update users set password = 'undone' where id = 1",
  'token gone': 'delete from auth_tokens where user_id = 2',
  'token replaced': "update auth_tokens set key_hash = 'key-9' where user_id = 2",
  'token changed hands':
    'delete from auth_tokens where user_id = 1; update auth_tokens set user_id = 1',
  'tokens revoked': 'update users set tokens_revoked_at = 6000 where id = 2',
  'it has it in another spelling': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (11, 2, 'N@x.example', 'n@x.example', 1)`,
  'it claims it in another spelling': `insert or ignore into email_addresses (id, user_id, email, email_folded)
    values (12, 2, 'N2@x.example', 'n@x.example')`,
  'undone by this one, no app':
    "update users set password = 'undone' where id = 2; delete from totp_devices where user_id = 2",
  'another proved one is the primary one':
    'update email_addresses set is_primary = (id = 4) where user_id = 2',
  'nothing is proved': 'update email_addresses set is_verified = 0 where user_id = 2',
  'the claim is the primary one':
    'update email_addresses set is_primary = (id = 5), is_verified = 0 where user_id = 1',
  'a stranger has proved it, a third one claims it': `update email_addresses set is_verified = 1 where id = 5;
    insert or ignore into email_addresses (id, user_id, email, email_folded) values (6, 3, 'n@x.example', 'n@x.example')`,
  'proved, and the claimant says it': `update email_addresses set is_verified = (id = 3) where id in (1, 3);
    update users set email = 'n@x.example', email_folded = 'n@x.example' where id = 1`,
  'proved, and the claimant says another': `update email_addresses set is_verified = 1 where id = 3;
    update users set email = 'q@x.example', email_folded = 'q@x.example' where id = 1`,
  'the others leave later': 'update account_deletions set due_at = 7000 where user_id <> 2',
  'it is leaving, the others are active': `insert or ignore into account_deletions (user_id, nonce, requested_at, due_at)
    values (2, 'leave-2', 1, 4000); update users set is_active = (id <> 2)`,
  'another invitation is accepted': 'update invitations set user_id = 1 where id = 2',
  'another login ended': "update refresh_families set revoked_at = 1 where family = 'family-3'",
  'the granter is a superuser, the target has it': `update users set is_active = 1, is_superuser = 1 where id = 1;
    insert or ignore into group_members (user_id, group_id) values (2, 1);
    insert or ignore into user_permissions (user_id, permission) values (2, 'app.add')`,
  'the granter is active, the target has it': `update users set is_active = 1 where id = 1;
    insert or ignore into group_members (user_id, group_id) values (2, 1);
    insert or ignore into user_permissions (user_id, permission) values (2, 'app.add')`,
  'a stranger says it, the account has none of it': `delete from email_addresses where id = 3;
    update email_addresses set is_verified = 0 where user_id = 2;
    update users set email = 'n@x.example', email_folded = 'n@x.example' where id = 1`,
  'another one has the permission': `delete from user_permissions where user_id = 1;
    insert or ignore into user_permissions (user_id, permission) values (3, 'app.add')`,
  'the granter is staff, the target has it': `update users set is_active = 1, is_staff = 1 where id = 1;
    insert or ignore into group_members (user_id, group_id) values (2, 1);
    insert or ignore into user_permissions (user_id, permission) values (2, 'app.add')`,
  'no address':
    "delete from email_addresses where user_id = 2; update users set email = '', email_folded = '' where id = 2",
  'no row of it': 'delete from email_addresses where user_id = 2',
  'primary one unproved': 'update email_addresses set is_verified = 0 where id = 2',
  'no primary one': 'update email_addresses set is_primary = 0 where id = 2',
  'the new one is proved': 'update email_addresses set is_verified = 1 where id = 3',
  'a stranger has proved it': 'update email_addresses set is_verified = 1 where id = 5',
  'the proved one no longer is': 'update email_addresses set is_verified = 0 where id = 4',
  'addresses changed hands':
    'delete from email_addresses where user_id <> 2; update email_addresses set user_id = 1',
  'the primary one alone': 'delete from email_addresses where id in (3, 4)',
  'the primary one alone, unproved':
    'delete from email_addresses where id in (3, 4); update email_addresses set is_verified = 0 where id = 2',
  'the new one is the primary one':
    'update email_addresses set is_primary = (id = 3) where user_id = 2',
  'a second account claims it': `insert or ignore into email_addresses (id, user_id, email, email_folded)
    values (6, 3, 'n@x.example', 'n@x.example')`,
  'the account says the new one':
    "update users set email = 'n@x.example', email_folded = 'n@x.example' where id in (1, 2)",
  'a stranger has the former one': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (7, 1, 'f@x.example', 'f@x.example', 1)`,
  'a stranger claims the former one': `insert or ignore into email_addresses (id, user_id, email, email_folded)
    values (8, 1, 'f@x.example', 'f@x.example')`,
  'the former one is still there': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (9, 2, 'f@x.example', 'f@x.example', 1)`,
  'the change is too old': "update address_changes set expires_at = 4000 where nonce = 'change-1'",
  'the change changed hands': "update address_changes set user_id = 1 where nonce = 'change-1'",
  'no app': 'delete from totp_devices where user_id = 2',
  'the other one has no app': 'delete from totp_devices where user_id = 1',
  'an app of before': 'update totp_devices set created_at = 1000 where user_id = 2',
  'everything is of before':
    'update passkeys set created_at = 1; update social_accounts set date_joined_at = 1; update totp_devices set created_at = 1',
  'it is leaving': `insert or ignore into account_deletions (user_id, nonce, requested_at, due_at) values (2, 'leave-2', 1, 4000);
    update users set is_active = 0 where id = 2`,
  'it is leaving later': `insert or ignore into account_deletions (user_id, nonce, requested_at, due_at) values (2, 'leave-2', 1, 7000);
    update users set is_active = 0 where id = 2`,
  'it is leaving, and active': `insert or ignore into account_deletions (user_id, nonce, requested_at, due_at) values (2, 'leave-2', 1, 7000)`,
  'its time has come, and it is active': `insert or ignore into account_deletions (user_id, nonce, requested_at, due_at) values (2, 'leave-2', 1, 4000)`,
  'it is leaving, and kept out': `insert or ignore into account_deletions (user_id, nonce, requested_at, due_at, banned_at)
    values (2, 'leave-2', 1, 7000, 1); update users set is_active = 0 where id = 2`,
  'the others are kept out': 'update account_deletions set banned_at = 1 where user_id <> 2',
  'nobody is leaving': 'delete from account_deletions',
  'login ended': "update refresh_families set revoked_at = 1 where family = 'family-1'",
  'login ran out': "update refresh_families set expires_at = 2 where family = 'family-1'",
  'sessions and devices ran out':
    'update sessions set expires_at = 2 where user_id = 2; update device_tokens set expires_at = 2 where user_id = 2',
  'devices never end': 'update device_tokens set expires_at = null',
  'logins changed hands':
    'update refresh_families set user_id = 1; update sessions set user_id = 1; update device_tokens set user_id = 1',
  'invitation used': 'update invitations set accepted_at = 2 where id = 1',
  'invitation taken back': 'update invitations set revoked_at = 2 where id = 1',
  'invitation too old': 'update invitations set expires_at = 2 where id = 1',
  'a newer invitation': `insert or ignore into invitations (id, nonce, email, email_folded, groups, created_at, expires_at)
    values (3, 'invite-3', 'i@x.example', 'i@x.example', '[]', 1, 8000)`,
  'invitation accepted by it': 'update invitations set user_id = 2 where id = 1',
  'the invited one has proved it': `insert or ignore into email_addresses (id, user_id, email, email_folded, is_verified)
    values (10, 1, 'i@x.example', 'i@x.example', 1)`,
  'the invited one claims it': `insert or ignore into email_addresses (id, user_id, email, email_folded)
    values (10, 1, 'i@x.example', 'i@x.example')`,
  'the granter is staff': 'update users set is_active = 1, is_staff = 1 where id = 1',
  'the granter is a superuser': 'update users set is_active = 1, is_superuser = 1 where id = 1',
  'the granter was staff': 'update users set is_active = 0, is_staff = 1 where id = 1',
  'another one is staff': 'update users set is_active = 1, is_staff = 1 where id = 3',
  'another one is a superuser': 'update users set is_active = 1, is_superuser = 1 where id = 3',
  'the target is a superuser': 'update users set is_superuser = 1 where id = 2',
  'the target has it': `insert or ignore into group_members (user_id, group_id) values (2, 1);
    insert or ignore into user_permissions (user_id, permission) values (2, 'app.add')`,
  'the target has the group':
    'insert or ignore into group_members (user_id, group_id) values (2, 1)',
  'the target has the permission':
    "insert or ignore into user_permissions (user_id, permission) values (2, 'app.add')",
  'the target has other things': `insert or ignore into group_members (user_id, group_id) values (2, 2);
    insert or ignore into user_permissions (user_id, permission) values (2, 'app.view')`,
  'the granter lacks the group': 'delete from group_members where user_id = 1',
  'the granter lacks the permission': 'delete from user_permissions where user_id = 1',
  'the group permits it': `delete from user_permissions where user_id = 1;
    insert or ignore into group_permissions (group_id, permission) values (1, 'app.add')`,
  'another group permits it': `delete from user_permissions where user_id = 1;
    insert or ignore into group_permissions (group_id, permission) values (2, 'app.add')`,
  'no such group': 'delete from groups where id = 1',
  'no such target': 'delete from users where id = 2',
  'it was erased': "update users set username_folded = 'deleted-2-s' where id = 2",
  'not given up': 'update webhook_deliveries set failed_at = null where id = 1',
}

const TABLES = [
  'users',
  'email_addresses',
  'email_confirmations',
  'email_outbox',
  'auth_tokens',
  'device_tokens',
  'sessions',
  'refresh_families',
  'totp_devices',
  'recovery_codes',
  'passkeys',
  'social_accounts',
  'address_changes',
  'account_deletions',
  'invitations',
  'group_members',
  'user_permissions',
  'public_ids',
  'webhook_deliveries',
]

/** Accounts with addresses, deletions, invitations, devices and grants, and what may happen to them. */
export const ACCOUNTS: Worlds = { base: BASE, worlds: WORLDS, tables: TABLES }
