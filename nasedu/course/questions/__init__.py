"""The questions of every lesson's quiz, one module a lesson, apart from what a student opens."""
