"""The parts of a lesson: checks of exercises, guesses before an experiment, quizzes."""

from nasedu.course import check
from nasedu.course.ledger import load_ledger
from nasedu.course.predictions import Guess, Reveal, predict
from nasedu.course.quizzes import Option, Question, Quiz, quiz
from nasedu.course.solutions import Solution, solution

__all__ = [
    "Guess",
    "Option",
    "Question",
    "Quiz",
    "Reveal",
    "Solution",
    "check",
    "load_ledger",
    "predict",
    "quiz",
    "solution",
]
