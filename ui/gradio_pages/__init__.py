"""Gradio's part: the search page as an application of its own, behind the same templates as the plain pages."""
