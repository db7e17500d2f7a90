"""Questions of lesson 15."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "A search describes two cells with 50 tokens. What does that say about the network?",
            (
                Option(
                    "It has 50 layers.",
                    "The tokens describe cells. How often each is stacked is not among them.",
                ),
                Option(
                    "Nothing about its depth and width: those are set when it is built.",
                    "So a search can use small networks, and a large one is built in the end. "
                    "We have to measure whether the ranking of the cells is the same at both "
                    "sizes.",
                    correct=True,
                ),
                Option(
                    "It has at most 3.3 million parameters.",
                    "That is one size of NASNet-A. The same 50 tokens also give one with ten "
                    "times as many.",
                ),
            ),
        ),
        Question(
            "With shared weights network A has an accuracy of 0.90 and B one of 0.85. "
            "What may you conclude?",
            (
                Option(
                    "A reaches about 0.90 when it is trained.",
                    "It was not trained, and its weights served a thousand others as well. In this "
                    "lesson the two accuracies lie far apart on average.",
                ),
                Option(
                    "A is better than B.",
                    "That is likely, since the two rankings correlate. How likely it is depends on "
                    "how much they do, and among good networks they correlate less.",
                ),
                Option(
                    "A is more likely to be the better one; both have to be trained to know.",
                    "A cheap ranking says which networks to train. It does not replace the "
                    "training.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "A new method finds a network as good as the best known, in a tenth of the "
            "time. What should it be compared with?",
            (
                Option(
                    "Random search and simple rankings in the same space, at the same cost, over "
                    "several seeds.",
                    "Otherwise nobody knows whether the method or the space is good. Here the "
                    "number of parameters, which costs nothing, did as well.",
                    correct=True,
                ),
                Option(
                    "The time of the search by Zoph and Le on 800 GPUs.",
                    "That search had another space, another recipe and older GPUs. It does not "
                    "show what the method itself adds.",
                ),
                Option(
                    "The best of all its runs.",
                    "The best of many runs is partly lucky (lesson 09).",
                ),
            ),
        ),
    ]
)
