"""The reader: a page on which one draws, and a found network reads it."""
