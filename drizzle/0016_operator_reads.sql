CREATE TABLE `event_totals` (
	`kind` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `read_positions` (
	`reader` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `users_first_name_idx` ON `users` (lower("first_name")) WHERE first_name <> '';--> statement-breakpoint
CREATE INDEX `users_last_name_idx` ON `users` (lower("last_name")) WHERE last_name <> '';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_given_up_idx` ON `webhook_deliveries` (`id`) WHERE failed_at is not null;