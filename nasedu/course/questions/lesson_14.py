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
                    "A step follows a push, and a push is of m children.",
                ),
                Option(
                    "K − 1: each of the others pushes about once meanwhile.",
                    "All take about as long, so between a replica's pull and its push every other "
                    "one has pushed about once.",
                    correct=True,
                ),
                Option(
                    "It grows for as long as the search goes on.",
                    "It grows until every replica has pushed once; then a push is followed by a "
                    "pull, which is new again.",
                ),
            ),
        ),
        Question(
            "A machine takes ten times as long as the others. Which search suffers most?",
            (
                Option(
                    "The one in which all replicas wait for all.",
                    "Every step waits for that machine; without the barrier one replica does.",
                    correct=True,
                ),
                Option(
                    "The one with many parameter shards.",
                    "Shards do not train children; how many there are changes nothing here.",
                ),
                Option(
                    "All of them by the same factor.",
                    "Who does not wait for that machine is not held up by it.",
                ),
            ),
        ),
        Question(
            "A replica sends a gradient and hears nothing. What should it do?",
            (
                Option(
                    "Sample new children: the gradient is probably lost.",
                    "Then eight trainings were for nothing, if it was.",
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
