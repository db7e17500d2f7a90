"""Questions of lesson 05."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "A table says 0.953 for one network and 0.950 for another. Each was trained once. "
            "What do you know?",
            (
                Option(
                    "The first is better: it was really trained.",
                    "It was trained once. If both are trained again, the other one may be ahead.",
                ),
                Option(
                    "Too little to say which is better: the noise between trainings is larger.",
                    "One validation image is already 0.0033.",
                    correct=True,
                ),
                Option(
                    "That the table is wrong.",
                    "Both numbers were measured. They are two draws from two distributions that "
                    "overlap.",
                ),
            ),
        ),
        Question(
            "You forget `adam.zero_grad()` in your loop. What happens?",
            (
                Option(
                    "An error is raised.",
                    "There is no error. Such a loop runs, and may even learn.",
                ),
                Option(
                    "The gradients of all batches add up, and old rewards change every new step.",
                    "The check of exercise 3 recognises this mistake by the children that the "
                    "search finds.",
                    correct=True,
                ),
                Option(
                    "Nothing: Adam averages gradients in any case.",
                    "Adam's average forgets old gradients. A gradient that is never cleared "
                    "does not.",
                ),
            ),
        ),
        Question(
            "A search has ended. Its favourite was never sampled. What do you do?",
            (
                Option(
                    "Hand it in: it is what the controller has learned.",
                    "It has no score at all yet. After few children it may be poor.",
                ),
                Option(
                    "Ignore it: only sampled children count.",
                    "You may. But it may be a very good proposal, and costs one training.",
                ),
                Option(
                    "Train it, and compare it like one more child.",
                    "Then the best by validation is the answer, and the test says how good it is.",
                    correct=True,
                ),
            ),
        ),
    ]
)
