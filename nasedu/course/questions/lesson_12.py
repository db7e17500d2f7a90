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
                    "The model has to guess without context nineteen times less often.",
                    correct=True,
                ),
                Option(
                    "They are equal: a perplexity is a property of the model.",
                    "It is a property of the model, the text and the way of reading it.",
                ),
                Option(
                    "That of the streams.",
                    "Less context never helps on average.",
                ),
            ),
        ),
        Question(
            "A new cell was tuned over 50 settings. The LSTM has the settings of its "
            "paper. The new cell is 3 points ahead, at equal weights. What was shown?",
            (
                Option(
                    "That the new cell is better.",
                    "That is 50 tries against one: the best of 50 is better than the first one, "
                    "also for an LSTM.",
                ),
                Option(
                    "That the new cell with 50 tries beats the LSTM with one.",
                    "It shows only this. Give the LSTM 50 tries, too.",
                    correct=True,
                ),
                Option(
                    "Nothing, since test perplexities are random.",
                    "They vary with the seed, and more seeds would be better. But 50 tries "
                    "against one is unfair with any number of seeds.",
                ),
            ),
        ),
        Question(
            "A search with one optimiser found network A. With this optimiser it is ahead of "
            "network B by 5 %, at equal size, with the same grid, in three of three seeds. With "
            "another optimiser both are better, and B is ahead by 1 %, in three of three seeds. "
            "Which sentence do these results support?",
            (
                Option(
                    "A is better than B: 5 % is more than 1 %.",
                    "With the other optimiser B is ahead, and both are better there. The "
                    "sentence claims more than was tried.",
                ),
                Option(
                    "B is better than A, since each was at its best with the other optimiser.",
                    "This is closer, because it takes each at its best. But it does not name "
                    "the optimiser, and with the first one it is wrong.",
                ),
                Option(
                    "A is ahead with the first optimiser, B with the second; both are better with "
                    "the second.",
                    "It says what was tried, and no more. Nobody tried a third one.",
                    correct=True,
                ),
            ),
        ),
    ]
)
