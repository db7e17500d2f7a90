"""Figures: what was found, as curves, dots and maps, each with its finding in words."""
