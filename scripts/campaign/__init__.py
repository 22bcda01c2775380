"""What the campaigns share: a small world that is damaged, killed or starved, and the verdict."""
