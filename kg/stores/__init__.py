"""Adapters of the graph store port, one module an engine."""
