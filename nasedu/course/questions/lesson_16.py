"""Questions of lesson 16."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "You count the parameters of a published network and get the printed "
            "number. What have you shown?",
            (
                Option(
                    "That the reported accuracy is right.",
                    "Accuracy was not counted. It depends on the training, of which much is not "
                    "stated.",
                ),
                Option(
                    "That your interpretation of the description agrees with the authors' count.",
                    "Where the paper is silent you had to choose, and with this choice the count "
                    "fits. Another choice may have the same count.",
                    correct=True,
                ),
                Option(
                    "That your network is the authors' network.",
                    "The order of its parts, or which of two layers of one width an input comes "
                    "from, changes no count.",
                ),
            ),
        ),
        Question(
            "Errors of 3.65 % and 3.74 % on 10,000 images, one training each. What may a referee "
            "write?",
            (
                Option(
                    "The first network is better: the test set is large.",
                    "They differ by 9 images. The standard error of such a difference is nearly "
                    "three times as large.",
                ),
                Option(
                    "Both networks are equally good.",
                    "That was not shown either. The test cannot show a difference.",
                ),
                Option(
                    "The test cannot show which is better; please repeat the trainings and "
                    "report the spread.",
                    "It says what is known, and asks for results that would decide.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "The search took 800 GPUs. Why should a comparison with random search state its cost, "
            "too?",
            (
                Option(
                    "Because a search that spends more usually finds more.",
                    "The best of more children is better by chance alone (lesson 09). Only at "
                    "equal cost do you compare the strategies.",
                    correct=True,
                ),
                Option(
                    "Because GPUs have become cheaper.",
                    "That changes what both of them cost, and not who is better.",
                ),
                Option(
                    "It need not: only the result counts.",
                    "Then a method would win by being given more machines.",
                ),
            ),
        ),
    ]
)
