"""An optional generator, and what its sentences are held to."""
