"""Other places for a warehouse: a folder of backups, or object storage that machines share."""
