"""Questions of lesson 09."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "The 95 % intervals of two searches, 50 seeds each, overlap a little. What follows?",
            (
                Option(
                    "The searches do not differ.",
                    "Half-widths add like the sides of a right triangle, so the interval of the "
                    "difference may not contain zero.",
                ),
                Option(
                    "Nothing yet: look at the interval of the difference.",
                    "And draw the seeds in pairs, if the runs of a seed have something in common.",
                    correct=True,
                ),
                Option(
                    "The one with the higher mean is better.",
                    "Perhaps. The interval of the difference says whether the seeds support it.",
                ),
            ),
        ),
        Question(
            "A quarter of all networks are good. How likely is it that the best of 4 random draws "
            "is a good one?",
            (
                Option(
                    "It is certain: 4 times a quarter is 1.",
                    "The same quarter may be missed 4 times.",
                ),
                Option(
                    "About 68 %.",
                    "All 4 miss with probability 0.75 · 0.75 · 0.75 · 0.75 = 0.32.",
                    correct=True,
                ),
                Option(
                    "About 0.4 %.",
                    "That is the probability that all 4 are good, 0.25 to the 4th.",
                ),
            ),
        ),
        Question(
            "The winner of a search of 500 children has a validation accuracy of 0.97. You train "
            "its architecture again. What do you expect on the same validation images?",
            (
                Option(
                    "0.97, since nothing else was changed.",
                    "A new training has new luck, and the first one was chosen because its luck "
                    "was good.",
                ),
                Option(
                    "A little less.",
                    "It was chosen for quality and luck together, and only the quality returns.",
                    correct=True,
                ),
                Option(
                    "Much less: winners are nothing but luck.",
                    "Most of it is quality. In fresh trainings the winners are still near the top.",
                ),
            ),
        ),
    ]
)
