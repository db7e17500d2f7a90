"""The exercises, a module a lesson."""
