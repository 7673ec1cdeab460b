create table ba_user (id text primary key, name text not null, email text not null unique, email_verified integer not null, image text, created_at integer not null, updated_at integer not null);
create table ba_session (id text primary key, expires_at integer not null, token text not null unique, created_at integer not null, updated_at integer not null, ip_address text, user_agent text, user_id text not null references ba_user (id));
create index ba_session_user_id_idx on ba_session (user_id);
create table ba_account (id text primary key, account_id text not null, provider_id text not null, user_id text not null references ba_user (id), access_token text, refresh_token text, id_token text, access_token_expires_at integer, refresh_token_expires_at integer, scope text, password text, created_at integer not null, updated_at integer not null);
create index ba_account_user_id_idx on ba_account (user_id);
create table ba_verification (id text primary key, identifier text not null, value text not null, expires_at integer not null, created_at integer, updated_at integer);
