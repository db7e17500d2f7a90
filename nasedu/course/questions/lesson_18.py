"""Questions of lesson 18."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "Why is the table of cells a better test of searches than the table of digits?",
            (
                Option(
                    "Its children are harder to train.",
                    "Perhaps, but that is no reason: a table of children that all fail would "
                    "say nothing about searches.",
                ),
                Option(
                    "All its children are of one size, so nobody wins by asking for large ones.",
                    "The simplest rule, take the largest, has nothing to choose. A search that is "
                    "ahead has found something else.",
                    correct=True,
                ),
                Option(
                    "Text is more important than images.",
                    "What the children read does not matter here. What matters is what explains "
                    "their results: on the digits, size explains most.",
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
                    "There are 50 searches, but their test results come from the trainings of only "
                    "two cells.",
                ),
                Option(
                    "Little about the luck of these two cells in their trainings: no seed of a "
                    "search draws that again.",
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
            "Each result of a table is moved to another description, drawn at random. Which "
            "strategy is now ahead of random search, on average over many shuffles?",
            (
                Option(
                    "Local search, since it needs the fewest children.",
                    "It looks among the neighbours of a good cell, and here these are, on "
                    "average, as good as any cell.",
                ),
                Option(
                    "REINFORCE, since it learns from all of its children.",
                    "There is nothing to learn: what one child earned says nothing about another.",
                ),
                Option(
                    "None.",
                    "Each needs likeness between children. Where there is none, every new "
                    "child is a draw at random.",
                    correct=True,
                ),
            ),
        ),
    ]
)
