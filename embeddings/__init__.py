"""Texts become vectors, vectors become an index. Knows ids and text, never the graph."""
