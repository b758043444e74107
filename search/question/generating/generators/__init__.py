"""The generators: each adapts one way of reaching a language model to the port, `..generator`."""
