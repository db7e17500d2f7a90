"""Questions of lesson 17."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "A search refuses networks above a limit, and tells the strategy nothing "
            "about them. What may happen with REINFORCE?",
            (
                Option(
                    "It learns to stay below the limit, since refused networks earn nothing.",
                    "No reward is not the same as a reward of 0: the strategy is told nothing, "
                    "so it learns nothing.",
                ),
                Option(
                    "It proposes more and more networks above the limit.",
                    "It learns from the networks below the limit that larger is better, and "
                    "nothing tells it where the limit is.",
                    correct=True,
                ),
                Option(
                    "Nothing: the limit only makes the space smaller.",
                    "The space that it draws from is as large as before; refused networks still "
                    "cost draws.",
                ),
            ),
        ),
        Question(
            "You have time for 400 trainings. Which plan supports a claim about two strategies "
            "best?",
            (
                Option(
                    "One search of 200 children with each.",
                    "Two runs are two draws; no spread can be computed from one run each.",
                ),
                Option(
                    "Ten searches of 20 children with each, seeds and budget written down before.",
                    "Ten seeds give an interval for both. The claim is then about 20 children, "
                    "and it should say so.",
                    correct=True,
                ),
                Option(
                    "Searches of 20 children, until one strategy is clearly ahead.",
                    "If you stop when you like the result, you report luck: sooner or later "
                    "some run is ahead.",
                ),
            ),
        ),
        Question(
            "When may you look at the test accuracy?",
            (
                Option(
                    "After each search, to see whether it was good.",
                    "Then you choose by it, and it is a validation accuracy with another name.",
                ),
                Option(
                    "Once, for the network that validation has chosen, after it was trained again.",
                    "Then it was not used to choose, so it is a fair estimate.",
                    correct=True,
                ),
                Option(
                    "Never: the validation accuracy of the winner says the same.",
                    "The winner was chosen by it, and so it is too good.",
                ),
            ),
        ),
    ]
)
