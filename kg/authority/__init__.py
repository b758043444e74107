"""One thing, one node: decides which printed labels mean the same entity."""
