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
                    "Three of the learners of this lesson rise as well, and do something else.",
                ),
                Option(
                    "Something in the code learns, on this task.",
                    "That is all that a curve can say. Whether it is the method of the paper is "
                    "for checks to say.",
                    correct=True,
                ),
                Option(
                    "Nothing: 24 seeds are too few.",
                    "They are enough to say that it learns. They do not say what.",
                ),
            ),
        ),
        Question(
            "A change makes the curve rise faster over 24 seeds, and the interval of the "
            "difference excludes zero. You did not mean to change what is computed. What now?",
            (
                Option(
                    "Keep it: what is better cannot be a bug.",
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
                    "It was seen over 24 of them. A seed is not the cause.",
                ),
            ),
        ),
        Question(
            "Why does the check of the loss use the right controller, and not the one of the "
            "learner that is tested?",
            (
                Option(
                    "So that it fails for the loss alone: when it fails, it says where to look.",
                    "A check of everything at once would fail for all of these bugs, and name none "
                    "of them.",
                    correct=True,
                ),
                Option(
                    "Because the wrong controller has no gradient.",
                    "It has one. That is why it learns.",
                ),
                Option(
                    "Because it takes less time.",
                    "Both take the same time.",
                ),
            ),
        ),
    ]
)
