"""Questions of lesson 01."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "The choices of a decision are `(8, 16, 24, 36)`. What does token `2` mean?",
            (
                Option(
                    "2",
                    "A token is not the value; it says which of the choices is meant.",
                ),
                Option(
                    "16",
                    "That counts from 1. Token `0` is the first choice.",
                ),
                Option(
                    "24",
                    "Token `0` is 8, token `1` is 16, token `2` is 24.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "You add one layer with three decisions of four choices. How does the space grow?",
            (
                Option(
                    "by 12 networks",
                    "Choices do not add: each goes with each of the others.",
                ),
                Option(
                    "64 times",
                    "Each old sentence can be continued in 4 · 4 · 4 = 64 ways.",
                    correct=True,
                ),
                Option(
                    "3 times",
                    "Three decisions, but each multiplies by its four choices.",
                ),
            ),
        ),
        Question(
            "You list the filter heights as `(7, 5, 3, 1)` instead. What changes?",
            (
                Option(
                    "the networks in the space",
                    "All of them are still there, only with other tokens.",
                ),
                Option(
                    "the size of the space",
                    "There are as many choices as before.",
                ),
                Option(
                    "only which token means what",
                    "A token is a name for a choice.",
                    correct=True,
                ),
            ),
        ),
    ]
)
