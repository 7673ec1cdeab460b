CREATE TABLE `mail_problems` (
	`transport` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`reason` text NOT NULL,
	`since_at` integer NOT NULL,
	`last_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `email_outbox` ADD `tried_by` text;--> statement-breakpoint
ALTER TABLE `email_outbox` ADD `batch_key` text;--> statement-breakpoint
CREATE INDEX `email_outbox_kind_next_attempt_at_idx` ON `email_outbox` (`kind`,`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `email_outbox_batch_key_idx` ON `email_outbox` (`batch_key`);