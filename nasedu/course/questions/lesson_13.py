"""Questions of lesson 13."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "Model A has perplexity 64 per word, model B perplexity 4 per character. "
            "They read the same text, with five characters per word. Which needs fewer "
            "bits?",
            (
                Option(
                    "A, the model of words.",
                    "A needs log2 64 = 6 bits per word. B needs 2 bits per character, five "
                    "times per word: 10 bits.",
                    correct=True,
                ),
                Option(
                    "B: 4 is less than 64.",
                    "These are costs of different things. B has five characters to predict for "
                    "each word of A.",
                ),
                Option(
                    "B: 64 per word are 12.8 per character.",
                    "Divide the bits by five and not the perplexity: 6 / 5 = 1.2 bits, which is "
                    "a perplexity of 2.3 per character.",
                ),
            ),
        ),
        Question(
            "A cell found on words translates with a BLEU of 30, the LSTM with one of 20: equal "
            "compute, the same recipe, one training each. What was shown?",
            (
                Option(
                    "That the cell translates better than the LSTM.",
                    "One training has no spread, and another recipe may help the LSTM more. In "
                    "the lesson a lead of more than 20 was halved, or gone, after one change.",
                ),
                Option(
                    "That this training was better than that one, by this recipe.",
                    "It shows only this. For the cells you need several seeds, and a recipe that "
                    "is chosen with equal effort for each.",
                    correct=True,
                ),
                Option(
                    "Nothing, because the cell was not searched for on translation.",
                    "That is why it is a transfer. It is evidence, but weak evidence.",
                ),
            ),
        ),
        Question(
            "Words and characters correlate with 0.45. Two trainings on characters correlate with "
            "0.5, two on words with 0.5. What limits the 0.45?",
            (
                Option(
                    "The tasks: they need different cells.",
                    "Then it would lie well below the ceiling, which is 0.5 here.",
                ),
                Option(
                    "Noise: 0.45 is nearly all that could be seen.",
                    "The ceiling is the root of 0.5 · 0.5, which is 0.5. Without noise it would "
                    "be about 0.9.",
                    correct=True,
                ),
                Option(
                    "The number of cells: with more it would rise.",
                    "More cells make the interval narrower. The noise of a training stays.",
                ),
            ),
        ),
    ]
)
