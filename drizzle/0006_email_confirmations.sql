CREATE TABLE `email_confirmations` (
	`key_hash` text PRIMARY KEY NOT NULL,
	`address_id` integer NOT NULL,
	`sent_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`address_id`) REFERENCES `email_addresses`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `email_confirmations_address_id_idx` ON `email_confirmations` (`address_id`);--> statement-breakpoint
CREATE INDEX `email_confirmations_expires_at_idx` ON `email_confirmations` (`expires_at`);