"""Looking after a warehouse: what is damaged, what mends it, what may go, and copies of it."""
