CREATE TABLE `audit_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`user_id` integer,
	`detail` text DEFAULT '{}' NOT NULL,
	`happened_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_events_user_id_idx` ON `audit_events` (`user_id`);--> statement-breakpoint
CREATE INDEX `audit_events_happened_at_idx` ON `audit_events` (`happened_at`);--> statement-breakpoint
CREATE TABLE `auth_tokens` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`key_hash` text NOT NULL,
	`sealed_key` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_tokens_key_hash_unique` ON `auth_tokens` (`key_hash`);--> statement-breakpoint
CREATE TABLE `email_addresses` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`email` text NOT NULL,
	`email_folded` text NOT NULL,
	`is_verified` integer DEFAULT false NOT NULL,
	`is_primary` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `email_addresses_email_folded_idx` ON `email_addresses` (`email_folded`);--> statement-breakpoint
CREATE UNIQUE INDEX `email_addresses_user_id_email_unique` ON `email_addresses` (`user_id`,`email`);--> statement-breakpoint
CREATE TABLE `email_outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`user_id` integer,
	`address` text NOT NULL,
	`context` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`next_attempt_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `email_outbox_next_attempt_at_idx` ON `email_outbox` (`next_attempt_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `email_outbox_idempotency_key_unique` ON `email_outbox` (`idempotency_key`);--> statement-breakpoint
CREATE TABLE `refresh_families` (
	`family` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`user_agent` text DEFAULT '' NOT NULL,
	`country` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`revoked_at` integer,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `refresh_families_user_id_idx` ON `refresh_families` (`user_id`);--> statement-breakpoint
CREATE INDEX `refresh_families_expires_at_idx` ON `refresh_families` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`key_hash` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`auth_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sessions_user_id_idx` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expires_at_idx` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `social_accounts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`provider` text NOT NULL,
	`uid` text NOT NULL,
	`extra_data` text DEFAULT '{}' NOT NULL,
	`sealed_tokens` text,
	`last_login_at` integer NOT NULL,
	`date_joined_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `social_accounts_provider_uid_unique` ON `social_accounts` (`provider`,`uid`);--> statement-breakpoint
CREATE INDEX `social_accounts_user_id_idx` ON `social_accounts` (`user_id`);--> statement-breakpoint
CREATE TABLE `spent_refresh_tokens` (
	`jti` text PRIMARY KEY NOT NULL,
	`user_id` integer,
	`family` text,
	`successor_jti` text,
	`spent_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `spent_refresh_tokens_expires_at_idx` ON `spent_refresh_tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `throttle_hits` (
	`key` text NOT NULL,
	`hit_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `throttle_hits_key_hit_at_idx` ON `throttle_hits` (`key`,`hit_at`);--> statement-breakpoint
CREATE INDEX `throttle_hits_expires_at_idx` ON `throttle_hits` (`expires_at`);--> statement-breakpoint
CREATE TABLE `used_nonces` (
	`purpose` text NOT NULL,
	`nonce_hash` text NOT NULL,
	`used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`purpose`, `nonce_hash`)
);
--> statement-breakpoint
CREATE INDEX `used_nonces_expires_at_idx` ON `used_nonces` (`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`username` text NOT NULL,
	`username_folded` text NOT NULL,
	`email` text DEFAULT '' NOT NULL,
	`email_folded` text DEFAULT '' NOT NULL,
	`password` text NOT NULL,
	`first_name` text DEFAULT '' NOT NULL,
	`last_name` text DEFAULT '' NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`is_staff` integer DEFAULT false NOT NULL,
	`is_superuser` integer DEFAULT false NOT NULL,
	`date_joined_at` integer NOT NULL,
	`last_login_at` integer,
	`tokens_revoked_at` integer
);
--> statement-breakpoint
CREATE INDEX `users_username_folded_idx` ON `users` (`username_folded`);--> statement-breakpoint
CREATE INDEX `users_email_folded_idx` ON `users` (`email_folded`);