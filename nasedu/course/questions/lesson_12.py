"""Questions of lesson 12."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "A test text is scored in 20 streams that start without a context, since training has "
            "20. Another group scores it in one stream. Whose perplexity is lower, for one model?",
            (
                Option(
                    "That of the one stream.",
                    "Nineteen times less the model has to guess with no context.",
                    correct=True,
                ),
                Option(
                    "They are equal: a perplexity is a property of the model.",
                    "It is one of the model, the text and the way of reading it.",
                ),
                Option(
                    "That of the streams.",
                    "Less context never helps on average.",
                ),
            ),
        ),
        Question(
            "A new cell was tuned over 50 settings. The LSTM beside it has the settings of its "
            "paper. The new cell is 3 points ahead, at equal weights. What was shown?",
            (
                Option(
                    "That the new cell is better.",
                    "50 tries against one: the best of 50 is better than a first one, also for an "
                    "LSTM.",
                ),
                Option(
                    "That the new cell with 50 tries beats the LSTM with one.",
                    "That is all. Give the LSTM 50, too.",
                    correct=True,
                ),
                Option(
                    "Nothing, since test perplexities are random.",
                    "They vary with the seed, and one would train with more. But 50 tries against "
                    "one is a hole that no number of seeds fills.",
                ),
            ),
        ),
        Question(
            "Network A was searched for with one optimiser. With that it is ahead of network B by "
            "5 %, at equal size, from the same grid, by three seeds of three. With another "
            "optimiser both are better, and B is ahead by 1 %, by three seeds of three. Which "
            "sentence do these results support?",
            (
                Option(
                    "A is better than B: 5 % is more than 1 %.",
                    "With the other optimiser B is ahead, and both are better there. The sentence "
                    "is wider than what was tried.",
                ),
                Option(
                    "B is better than A, since each was at its best with the other optimiser.",
                    "Nearer, for it takes each at its best. But it is silent about the optimiser, "
                    "and with the first one it is wrong.",
                ),
                Option(
                    "Of the two optimisers A is ahead with the first and B with the second, which "
                    "suits both better.",
                    "It says what was tried, and no more. With a third one nobody looked.",
                    correct=True,
                ),
            ),
        ),
    ]
)
