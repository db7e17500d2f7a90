"""Exports: a search in the forms that other people's tools read."""
