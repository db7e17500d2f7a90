"""Questions of lesson 14."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "K replicas work without waiting for each other, and every push is a step. About how "
            "many steps late is a gradient, once the search is under way?",
            (
                Option(
                    "K times m: all children of the others count.",
                    "There is one step for each push, and a push is made from m children.",
                ),
                Option(
                    "K − 1: each of the others pushes about once in the meantime.",
                    "All need about the same time, so between a replica's pull and its push "
                    "each of the others has pushed about once.",
                    correct=True,
                ),
                Option(
                    "It grows for as long as the search goes on.",
                    "It grows until every replica has pushed once. After its push a replica "
                    "pulls new weights.",
                ),
            ),
        ),
        Question(
            "A machine takes ten times as long as the others. Which search suffers most?",
            (
                Option(
                    "The one in which all replicas wait for each other.",
                    "Every step waits for that machine. If replicas do not wait for each other, "
                    "only one replica does.",
                    correct=True,
                ),
                Option(
                    "The one with many parameter shards.",
                    "Shards do not train children; how many there are changes nothing here.",
                ),
                Option(
                    "All of them by the same factor.",
                    "A replica that does not wait for that machine is not delayed by it.",
                ),
            ),
        ),
        Question(
            "A replica sends a gradient and gets no answer. What should it do?",
            (
                Option(
                    "Sample new children: the gradient is probably lost.",
                    "If it was lost, eight trainings were for nothing.",
                ),
                Option(
                    "Send it again, as a new push.",
                    "If the first one did arrive, it would count twice.",
                ),
                Option(
                    "Send it again, with the same number.",
                    "If the first one arrived the shard knows the number, and nothing happens; if "
                    "not, it counts now.",
                    correct=True,
                ),
            ),
        ),
    ]
)
