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
            "Untied the found cell has 67.9, and tied 64.0. Say that H is the same, as our count "
            "suggests. What made it better?",
            (
                Option("A better cell.", "It is the same cell."),
                Option(
                    "More parameters.",
                    "It has fewer: one table and not two.",
                ),
                Option(
                    "Sharing the table of the words.",
                    "The same cell and width, and a quarter of the parameters less.",
                    correct=True,
                ),
            ),
        ),
    ]
)
