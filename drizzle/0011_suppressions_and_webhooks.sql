CREATE TABLE `suppressed_addresses` (
	`email_folded` text PRIMARY KEY NOT NULL,
	`reason` text NOT NULL,
	`detail` text DEFAULT '' NOT NULL,
	`suppressed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`endpoint` text NOT NULL,
	`message_id` text NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`next_attempt_at` integer,
	`failed_at` integer,
	`last_reason` text
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_endpoint_next_attempt_at_idx` ON `webhook_deliveries` (`endpoint`,`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_failed_at_idx` ON `webhook_deliveries` (`failed_at`);