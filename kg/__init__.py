"""Records become reports, reports become triples, triples become a graph with facets. Knows no vectors."""
