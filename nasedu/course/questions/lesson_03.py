"""Questions of lesson 03."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "At each of its nine steps a controller gives its likeliest answer a probability of "
            "0.9. How likely is the sentence of all these answers?",
            (
                Option(
                    "0.9",
                    "That is one step. A sentence needs all nine of them: multiply.",
                ),
                Option(
                    "about 0.39",
                    "It is 0.9 to the power of 9.",
                    correct=True,
                ),
                Option(
                    "8.1",
                    "That adds the probabilities; and a probability is never above 1.",
                ),
            ),
        ),
        Question(
            "A search keeps only the tokens of a child while it trains, and throws the "
            "log-probabilities away. The controller is not updated in the meantime. What is lost?",
            (
                Option(
                    "Nothing: the controller can score the tokens again.",
                    "Scoring is the loop of sampling with the tokens given. After an update it "
                    "would score them by another policy.",
                    correct=True,
                ),
                Option(
                    "The gradient: it has to be kept from the time of sampling.",
                    "Scoring gives log-probabilities with gradients, of the very same tokens.",
                ),
                Option(
                    "The random numbers, without which the tokens cannot be scored.",
                    "Random numbers choose tokens. For given tokens nothing is random any more.",
                ),
            ),
        ),
        Question(
            "Why can the reward not be differentiated with respect to the controller's weights?",
            (
                Option(
                    "Because the child has too many weights.",
                    "One weight would be no better: the tokens in between are integers.",
                ),
                Option(
                    "Because validation accuracy is measured without gradients, to save memory.",
                    "With gradients it would be no better: the path breaks at the drawn tokens.",
                ),
                Option(
                    "Because the network depends on them only through tokens, drawn integers.",
                    "A small change of a weight leaves the tokens as they are, or changes one: a "
                    "staircase.",
                    correct=True,
                ),
            ),
        ),
    ]
)
