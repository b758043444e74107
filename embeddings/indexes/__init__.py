"""The indexes: each adapts one engine to the port in `embeddings.index`."""
