"""Questions of lesson 10."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "All accuracies of a batch are between 0.90 and 0.91. What does cubing them change?",
            (
                Option(
                    "Almost nothing, with Adam.",
                    "The slope 3a² is nearly the same for all of them, so all advantages are "
                    "multiplied by nearly the same factor, and Adam removes a common factor.",
                    correct=True,
                ),
                Option(
                    "The best child gets all of the weight.",
                    "Its share hardly grows: a cube changes the shares only if accuracies lie "
                    "far apart.",
                ),
                Option(
                    "The ranking of the children.",
                    "A monotone function never changes a ranking.",
                ),
            ),
        ),
        Question(
            "Over all children of a search, the rank correlation of short and long training is "
            "0.9. May you hand in the one that was best in the short training?",
            (
                Option(
                    "Yes: at 0.9 the best stays the best.",
                    "A high correlation over all may come only from the poor ones. It says "
                    "little about the order at the top.",
                ),
                Option(
                    "Better train the first few for longer, then choose.",
                    "The proxy is good at finding the better ones and less good at ordering them. "
                    "A few longer trainings are cheap beside the search.",
                    correct=True,
                ),
                Option(
                    "No: a short training says nothing about a long one.",
                    "It says a lot: 0.9 is far from 0. It says less among the best.",
                ),
            ),
        ),
        Question(
            "A found network has the parameters of a ResNet and a lower error, but it does six "
            "times the operations. What was shown?",
            (
                Option(
                    "That the search beats design by hand.",
                    "Only at equal parameters, with this recipe. With six times the operations "
                    "the ResNet might be better, too.",
                ),
                Option(
                    "Nothing at all.",
                    "It was shown that it is better at equal parameters. If parameters are "
                    "limited, that is important.",
                ),
                Option(
                    "That it is better per parameter; per operation is another question.",
                    "A fair comparison says what it keeps equal, and shows the other cost, too.",
                    correct=True,
                ),
            ),
        ),
    ]
)
