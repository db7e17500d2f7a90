"""Questions of lesson 07."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "Layer 4 has three coins with probabilities 0.5, 0.5 and 0.5. How likely is it that "
            "it reads layer 2 and no other?",
            (
                Option(
                    "0.5",
                    "That is only layer 2's coin; the two others have to say no.",
                ),
                Option(
                    "0.125",
                    "0.5 · 0.5 · 0.5: a factor for every coin.",
                    correct=True,
                ),
                Option(
                    "one third",
                    "The probabilities of the coins do not sum to 1. Those of the eight sets do.",
                ),
            ),
        ),
        Question(
            "In a network of three layers nobody reads layer 2. Without rule 2, what happens?",
            (
                Option(
                    "torch raises an error.",
                    "It runs without an error. That is why the mistake is dangerous.",
                ),
                Option(
                    "Layer 2 is computed and never trained.",
                    "Its output reaches no loss, so its weights get no gradient.",
                    correct=True,
                ),
                Option(
                    "Layer 2 is left out, and the network is faster.",
                    "The loop over the layers computes all of them, read or not.",
                ),
            ),
        ),
        Question(
            "The paper's network makes 5.50 % errors, without its skip connections 7.97 %. What "
            "does this alone show?",
            (
                Option(
                    "Skip connections lower the error by 2.47 points.",
                    "The network without them is also five times smaller.",
                ),
                Option(
                    "Skip connections together with the parameters that they bring lower it.",
                    "Two things changed at once, and no repeats are reported.",
                    correct=True,
                ),
                Option(
                    "The more connections, the better.",
                    "All connections made 5.56 %, with 58 % more parameters.",
                ),
            ),
        ),
    ]
)
