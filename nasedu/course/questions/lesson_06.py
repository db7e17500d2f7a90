"""Questions of lesson 06."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "The estimate of one child has a noise of 6. You want 1.5. How large is the batch?",
            (
                Option(
                    "4",
                    "6 / 1.5 is 4, but noise falls with the square root: square it.",
                ),
                Option(
                    "16",
                    "6 / 1.5 is 4, and 4 · 4 = 16.",
                    correct=True,
                ),
                Option("36", "That would give a noise of 1."),
            ),
        ),
        Question(
            "Somebody subtracts 5 from all rewards. Why is that search so poor?",
            (
                Option(
                    "All advantages are negative, so the gradient points downhill.",
                    "On average it points the same way as before: to push all children down "
                    "equally changes nothing, since probabilities sum to 1.",
                ),
                Option(
                    "Its gradient is right on average, but very noisy.",
                    "Each push is large, and the differences between children are small beside it.",
                    correct=True,
                ),
                Option(
                    "A baseline must not be larger than the rewards.",
                    "There is no such rule. It only has to be independent of the child. It is "
                    "useful if it is close to the expected reward.",
                ),
            ),
        ),
        Question(
            "You have 32 machines, and go from batches of 8 to batches of 32. The number of "
            "children stays. What do you try first with the learning rate?",
            (
                Option(
                    "Leave it, since the gradient is the same on average.",
                    "There are four times fewer updates, so the controller gets a quarter as far.",
                ),
                Option(
                    "Make it smaller, since larger batches need more care.",
                    "Larger batches are less noisy: they allow larger steps.",
                ),
                Option(
                    "Make it about four times as large.",
                    "Rate times updates stays the same then. It is a first guess, to be tested.",
                    correct=True,
                ),
            ),
        ),
    ]
)
