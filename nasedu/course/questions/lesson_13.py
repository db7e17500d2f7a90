"""Questions of lesson 13."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "Model A: perplexity 64 a word. Model B: perplexity 4 a character. The same text, "
            "five characters a word. Which pays fewer bits?",
            (
                Option(
                    "A, the model of words.",
                    "A pays log2 64 = 6 bits a word. B pays 2 bits a character, five times a "
                    "word: 10 bits.",
                    correct=True,
                ),
                Option(
                    "B: 4 is less than 64.",
                    "These are prices of different things. B pays five times where A pays once.",
                ),
                Option(
                    "B: 64 a word are 12.8 a character.",
                    "Divide the bits by five and not the perplexity: 6 / 5 = 1.2 bits, which is a "
                    "perplexity of 2.3 a character.",
                ),
            ),
        ),
        Question(
            "A cell found on words beats the LSTM on characters, at equal parameters and equally "
            "tuned. What was shown?",
            (
                Option(
                    "That the search found what is best for both.",
                    "Other cells were not tried on characters. One of them may be better still.",
                ),
                Option(
                    "That this cell is better there than that LSTM, as far as the seeds go.",
                    "Just that. Whether words choose well for characters in general takes more "
                    "cells.",
                    correct=True,
                ),
                Option(
                    "Nothing, for the cell was not searched for on characters.",
                    "That is what makes it a transfer. It is evidence, about one cell.",
                ),
            ),
        ),
        Question(
            "Words and characters correlate with 0.45. Two trainings on characters correlate with "
            "0.5, two on words with 0.5. What limits the 0.45?",
            (
                Option(
                    "The tasks: they want different cells.",
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
