"""How good a graph is, by the measures of the field."""
