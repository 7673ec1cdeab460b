CREATE TABLE `recent_proofs` (
	`credential` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`how` text NOT NULL,
	`proved_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `recent_proofs_user_id_idx` ON `recent_proofs` (`user_id`);--> statement-breakpoint
CREATE INDEX `recent_proofs_expires_at_idx` ON `recent_proofs` (`expires_at`);