"""Snapshots: from records to a published, immutable directory that holds every derived part."""
