"""Drawings: what an architecture looks like, as a graph, a matrix or a table, and in words."""
