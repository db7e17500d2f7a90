"""Widgets: what a reader plays with in a notebook."""
