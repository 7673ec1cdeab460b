CREATE TABLE `event_counts` (
	`kind` text NOT NULL,
	`hour_at` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`kind`, `hour_at`)
);
--> statement-breakpoint
CREATE INDEX `event_counts_hour_at_idx` ON `event_counts` (`hour_at`);--> statement-breakpoint
ALTER TABLE `throttle_hits` ADD `request_id` text DEFAULT '' NOT NULL;