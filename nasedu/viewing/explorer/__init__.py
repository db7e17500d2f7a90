"""The explorer's page: one file that shows children, and what was learned, and answers."""
