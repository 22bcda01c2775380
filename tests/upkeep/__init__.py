"""Looking after a warehouse: damage and repair, housekeeping, backups, campaigns."""
