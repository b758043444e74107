"""Facets: one table of them, the values that reports have as columns, filters, and exact counts."""
