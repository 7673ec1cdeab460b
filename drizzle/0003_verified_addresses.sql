DROP INDEX `email_addresses_email_folded_idx`;--> statement-breakpoint
CREATE INDEX `email_addresses_email_folded_idx` ON `email_addresses` (`email_folded`,`is_verified`);