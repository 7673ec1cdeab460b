CREATE TABLE `admin_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`key_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `admin_keys_key_hash_unique` ON `admin_keys` (`key_hash`);--> statement-breakpoint
CREATE INDEX `email_outbox_user_id_idx` ON `email_outbox` (`user_id`);--> statement-breakpoint
CREATE INDEX `users_staff_idx` ON `users` (`id`) WHERE is_staff = 1;--> statement-breakpoint
CREATE INDEX `users_inactive_idx` ON `users` (`id`) WHERE is_active = 0;