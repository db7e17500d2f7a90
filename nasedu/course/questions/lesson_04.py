"""Questions of lesson 04."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "Why does REINFORCE need no derivative of the reward?",
            (
                Option(
                    "Because autograd finds it by itself.",
                    "There is none to find: the tokens are drawn at random, and the training ends "
                    "in counting right answers.",
                ),
                Option(
                    "Because the reward is a fixed number in front of `grad log p`, and only `p` "
                    "depends on the controller.",
                    "The heights of the boxes stay the same; only the widths change.",
                    correct=True,
                ),
                Option(
                    "Because the baseline cancels it.",
                    "The baseline only makes the estimate less noisy. It also works without one.",
                ),
            ),
        ),
        Question(
            "Estimates from batches of 8 children are too noisy for you; you want a quarter of "
            "the standard error. How many children must a batch have?",
            (
                Option(
                    "16",
                    "Twice as many: the error falls by the square root of 2 only.",
                ),
                Option("32", "Four times as many: that halves the error."),
                Option(
                    "128",
                    "A quarter of the error takes 4 · 4 = 16 times the samples, and 16 · 8 = 128.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "A child does very well. One of its tokens has no influence on the reward at all. "
            "What happens to that token in this update?",
            (
                Option(
                    "Nothing: it did not earn any of the reward.",
                    "The update cannot know that. It sees one number for the whole sequence.",
                ),
                Option(
                    "It is pushed up like all the other tokens of this child; over many children "
                    "such pushes cancel out.",
                    "Each token gets the same advantage. Chance cancels out; merit adds up.",
                    correct=True,
                ),
                Option(
                    "It is pushed down, so that useful tokens become likelier.",
                    "Only the choices of one decision compete with each other.",
                ),
            ),
        ),
    ]
)
