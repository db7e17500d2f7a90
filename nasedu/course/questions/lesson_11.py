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
            "The last children of REINFORCE earn far more on average than random ones. What "
            "follows for the best child of each search?",
            (
                Option(
                    "That of REINFORCE is better, too.",
                    "Its mean rises as soon as it avoids the poor cells. The best child of a "
                    "random search is none of those either.",
                ),
                Option(
                    "Nothing yet: compare the best as well, over many seeds.",
                    "Mean and best are two questions, and each needs an answer with a spread.",
                    correct=True,
                ),
                Option(
                    "That of random search is better, since it tries more kinds of cells.",
                    "That may be so or not; the mean does not tell.",
                ),
            ),
        ),
    ]
)
