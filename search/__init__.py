"""A request becomes ranked reports: joins the graph, the vectors and the full text."""
