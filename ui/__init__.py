"""People and programs meet the service here: command line, HTTP API, pages."""
