"""Questions of lesson 00."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "A child has been trained and has earned a reward. What does step 3 change?",
            (
                Option(
                    "the weights of the child",
                    "Those changed in step 2, by its own training.",
                ),
                Option(
                    "the weights of the controller",
                    "So its proposals change.",
                    correct=True,
                ),
                Option(
                    "the search space",
                    "The choices stay the same during the whole search.",
                ),
            ),
        ),
        Question(
            "The best-so-far curve of a search rises from 0.80 to 0.95. What does that show?",
            (
                Option(
                    "that its strategy learns",
                    "It rises for random search, too. Look at the means of the batches.",
                ),
                Option(
                    "that its children get better",
                    "One good child is enough to make it rise.",
                ),
                Option(
                    "that some child was better than all before it",
                    "It shows only that. So look at the other curve as well, and at random search.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "The best of 48 children scored 0.95. You train it again with another seed. What do "
            "you expect?",
            (
                Option(
                    "a little less than 0.95",
                    "It was chosen for its score, and a part of a high score is luck.",
                    correct=True,
                ),
                Option(
                    "exactly 0.95",
                    "Only the same seed gives the same score, on one machine and installation.",
                ),
                Option(
                    "a little more than 0.95",
                    "The new training starts from the beginning; it does not continue the old one.",
                ),
            ),
        ),
    ]
)
