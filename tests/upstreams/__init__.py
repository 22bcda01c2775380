"""A server on this machine that plays every upstream of the connectors, from their own samples."""
