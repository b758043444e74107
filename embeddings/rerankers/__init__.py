"""Adapters of the port `embeddings.reranker`."""
