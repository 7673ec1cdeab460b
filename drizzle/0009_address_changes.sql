CREATE TABLE `address_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`nonce` text NOT NULL,
	`email` text NOT NULL,
	`email_folded` text NOT NULL,
	`kept_ids` text NOT NULL,
	`changed_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `address_changes_nonce_unique` ON `address_changes` (`nonce`);--> statement-breakpoint
CREATE INDEX `address_changes_user_id_idx` ON `address_changes` (`user_id`);--> statement-breakpoint
CREATE INDEX `address_changes_expires_at_idx` ON `address_changes` (`expires_at`);