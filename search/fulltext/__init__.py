"""Full text: analysis, the index and its fields, query syntax, masks, highlighting, suggestions."""
