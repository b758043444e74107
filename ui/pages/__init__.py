"""Pages for people: plain HTML from templates, complete without a script."""
