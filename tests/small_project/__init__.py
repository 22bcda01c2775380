"""A tiny project (two sources, a few rows, two marts) that runs through the real doors."""
