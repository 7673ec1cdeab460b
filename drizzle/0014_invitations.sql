CREATE TABLE `invitations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`nonce` text NOT NULL,
	`email` text NOT NULL,
	`email_folded` text NOT NULL,
	`groups` text DEFAULT '[]' NOT NULL,
	`invited_by` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`accepted_at` integer,
	`user_id` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_nonce_unique` ON `invitations` (`nonce`);--> statement-breakpoint
CREATE INDEX `invitations_email_folded_idx` ON `invitations` (`email_folded`);--> statement-breakpoint
CREATE INDEX `invitations_user_id_idx` ON `invitations` (`user_id`);