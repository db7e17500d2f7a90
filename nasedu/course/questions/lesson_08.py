"""Questions of lesson 08."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "The mean reward of your new search rises over 24 seeds, to far above random "
            "search. What do you know?",
            (
                Option(
                    "The code does what the paper says.",
                    "The curves of three learners of this lesson rise as well, but these do "
                    "something else.",
                ),
                Option(
                    "Something in the code learns, on this task.",
                    "A curve can say only this. Checks say whether it is the method of the paper.",
                    correct=True,
                ),
                Option(
                    "Nothing: 24 seeds are too few.",
                    "They are enough to say that it learns. They do not say what it learns.",
                ),
            ),
        ),
        Question(
            "A change makes the curve rise faster over 24 seeds, and the interval of "
            "the difference does not contain zero. You did not want to change the "
            "result of the computation. What now?",
            (
                Option(
                    "Keep it: a change for the better cannot be a bug.",
                    "The carried state was faster, too, and one architecture had two "
                    "probabilities.",
                ),
                Option(
                    "Find out what changed, and then decide whether you want it.",
                    "It may be a good idea. Then give it a name, a test and a line in the report: "
                    "it is no longer the paper's method.",
                    correct=True,
                ),
                Option(
                    "Use another seed.",
                    "The effect was seen over 24 seeds. A seed is not the cause.",
                ),
            ),
        ),
        Question(
            "Why does the check of the loss use the right controller, and not the one of the "
            "learner that is tested?",
            (
                Option(
                    "So that it fails only for the loss: when it fails, it says where to look.",
                    "A check of everything at once would fail for all of these bugs, and name none "
                    "of them.",
                    correct=True,
                ),
                Option(
                    "Because the wrong controller has no gradient.",
                    "It has a gradient. That is why it learns.",
                ),
                Option(
                    "Because it takes less time.",
                    "Both take the same time.",
                ),
            ),
        ),
    ]
)
