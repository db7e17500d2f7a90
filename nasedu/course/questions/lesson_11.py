"""Questions of lesson 11."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "Node 5 has the value −0.7 before its `relu`. `cell_output` is 5, and so is "
            "`cell_input`. What is `c_t`?",
            (
                Option(
                    "−0.7",
                    "The value before the activation and any injection.",
                    correct=True,
                ),
                Option(
                    "0",
                    "That is the value after the relu, and c_t is taken before it.",
                ),
                Option(
                    "It depends on the old memory.",
                    "The old memory comes in after the activation. c_t is taken before that.",
                ),
            ),
        ),
        Question(
            "A tree of base 8 has `cell_input` 9 and `cell_output` 3. Put a 1 into the "
            "memory. What does the next `c_t` know about it?",
            (
                Option(
                    "It is carried on, but weaker.",
                    "Nothing leads from node 9 down to leaf 3.",
                ),
                Option(
                    "Nothing. One step later it may, through h.",
                    "Leaf 3 reads only x and h; the 1 went into h, which the next step reads.",
                    correct=True,
                ),
                Option(
                    "Such a cell is not allowed.",
                    "Both indices may be any node.",
                ),
            ),
        ),
        Question(
            "You go from base 4 to base 8, with the same sizes of x, h and c. How many "
            "times as many weights does the cell have?",
            (
                Option(
                    "Twice",
                    "Leaves have all weights: eight pairs, not four.",
                    correct=True,
                ),
                Option(
                    "15 / 7 times",
                    "That is the ratio of the numbers of nodes. Inner nodes have no weights.",
                ),
                Option(
                    "As many",
                    "Each leaf has two matrices of its own.",
                ),
            ),
        ),
    ]
)
