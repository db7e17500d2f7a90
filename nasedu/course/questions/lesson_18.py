"""Questions of lesson 18."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "Why does the table of cells say more about searches than the table of digits?",
            (
                Option(
                    "Its children are harder to train.",
                    "Perhaps, but that is no reason: a table of children that all fail says "
                    "nothing either.",
                ),
                Option(
                    "All its children are of one size, so nobody wins by asking for large ones.",
                    "The simplest rule, take the largest, has nothing to choose. A search that is "
                    "ahead has found something else.",
                    correct=True,
                ),
                Option(
                    "Text is more important than images.",
                    "What the children read is not the point; what explains their results is.",
                ),
            ),
        ),
        Question(
            "After 5 % of a space a strategy is ahead of random search by validation, and its 50 "
            "seeds handed in two different cells. What does the interval over seeds say of the "
            "strategy's test result?",
            (
                Option(
                    "Nearly all: 50 seeds are many.",
                    "There are 50 searches, and only two cells that were trained again.",
                ),
                Option(
                    "Little about the luck of these two cells, which no seed of a search draws "
                    "again.",
                    "An interval covers only what was drawn again. Here that is which of the two "
                    "was found, and not how lucky their trainings were.",
                    correct=True,
                ),
                Option(
                    "That the strategy is no better than random search.",
                    "Its few cells may well be good. The interval alone does not say.",
                ),
            ),
        ),
        Question(
            "All results of a table are put at other places, drawn at random. Which strategy is "
            "now ahead of random search, on average?",
            (
                Option(
                    "Local search, since it needs the fewest children.",
                    "It moves to the best neighbour, and here a neighbour of a good cell is as "
                    "good as any cell.",
                ),
                Option(
                    "REINFORCE, since it learns from all of its children.",
                    "There is nothing to learn: what one child earned says nothing about another.",
                ),
                Option(
                    "None.",
                    "Each lives on likeness between children. Where there is none, every new "
                    "child is a draw at random.",
                    correct=True,
                ),
            ),
        ),
    ]
)
