"""The encoders: each adapts one way of making vectors to the port in `embeddings.encoder`."""
