"""Reports: the web page of a search, and the data sheet of a table."""
