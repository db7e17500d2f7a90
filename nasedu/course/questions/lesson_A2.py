"""Questions of refresher A2."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "What does a recurrent network carry from one step to the next?",
            (
                Option(
                    "All inputs so far.",
                    "There may be a thousand of them, but the state has a fixed size.",
                ),
                Option(
                    "A state of fixed size.",
                    "Everything that it remembers about the past has to be in it.",
                    correct=True,
                ),
                Option(
                    "Its gradient.",
                    "Gradients go the other way, and only in training.",
                ),
            ),
        ),
        Question(
            "How many weights does a recurrent network have for a text of 10 words, "
            "compared with one for 1,000 words?",
            (
                Option(
                    "The same number.",
                    "Every step uses the same weights.",
                    correct=True,
                ),
                Option(
                    "100 times fewer.",
                    "The number of steps grows, and not the number of weights.",
                ),
                Option(
                    "10 times fewer.",
                    "It does not depend on the length at all.",
                ),
            ),
        ),
        Question(
            "Why do plain recurrent networks forget words from long ago?",
            (
                Option(
                    "They have too few weights.",
                    "With more units they forget as well.",
                ),
                Option(
                    "Their state is set to zero at every step.",
                    "It is set to zero only before the first one.",
                ),
                Option(
                    "The influence of an input is multiplied by about the same factor at every "
                    "step.",
                    "Below 1 it vanishes, above 1 it explodes; an LSTM adds instead of "
                    "multiplying.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "What is the state of an LSTM?",
            (
                Option(
                    "One vector, the output h.",
                    "There is a second one, c, the memory.",
                ),
                Option(
                    "Two vectors: the memory c, and the output h.",
                    "Gates say what is added to c, which part of c is forgotten, and which part "
                    "goes into h.",
                    correct=True,
                ),
                Option(
                    "The values of its gates.",
                    "They are computed again at every step.",
                ),
            ),
        ),
        Question(
            "A controller gives its three tokens the probabilities 0.5, 0.5 and 0.25. What is "
            "the log-probability of the sentence, in bits?",
            (
                Option(
                    "-4",
                    "Each bit is a factor 1/2: -1, -1 and -2 are added. Probabilities are "
                    "multiplied, and their logarithms added.",
                    correct=True,
                ),
                Option(
                    "-1.25",
                    "That is minus the sum of the probabilities.",
                ),
                Option(
                    "0.0625",
                    "That is the probability itself.",
                ),
            ),
        ),
        Question(
            "Why do we add logarithms, and not multiply probabilities?",
            (
                Option(
                    "The result is more probable.",
                    "It is the same probability, written in another way.",
                ),
                Option(
                    "A product of many small numbers becomes 0 in a computer.",
                    "The smallest number in float32 is near 1e-45; a sum of logarithms has no "
                    "such limit.",
                    correct=True,
                ),
                Option(
                    "Gradients do not exist for products.",
                    "They do.",
                ),
            ),
        ),
        Question(
            "A cost of 1 nat is how many bits?",
            (
                Option(
                    "1, they are the same thing.",
                    "Both measure surprise, in different units.",
                ),
                Option(
                    "About 0.69",
                    "That is the other way: 1 bit is 0.69 nats.",
                ),
                Option(
                    "About 1.44",
                    "1 / log 2. `math.log` gives nats, `math.log2` bits.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "A model has a perplexity of 8. How many bits does a word cost it on average?",
            (
                Option(
                    "3",
                    "Perplexity is 2 to the power of the bits, and e to the power of the nats.",
                    correct=True,
                ),
                Option(
                    "8",
                    "Perplexity is not a cost; its logarithm is.",
                ),
                Option(
                    "256",
                    "That is 2 to the power of 8: the logarithm goes the other way.",
                ),
            ),
        ),
        Question(
            "A training text is cut into 20 streams. What is a stream?",
            (
                Option(
                    "A word.",
                    "A stream holds a twentieth of all words.",
                ),
                Option(
                    "A random sample of the text.",
                    "Then the state would have nothing to carry on.",
                ),
                Option(
                    "One of 20 equal parts of the text, read side by side as a batch.",
                    "Each keeps a state of its own from one segment to the next.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "Gradients are cut after 35 steps. What does the network know at step 36?",
            (
                Option(
                    "Nothing about the first 35: the state is cleared.",
                    "The state is carried on. Only its gradient is cut.",
                ),
                Option(
                    "It knows what is in the state; but no gradient goes back across the cut.",
                    "So it can use the past, but it does not learn what to keep from so far back.",
                    correct=True,
                ),
                Option(
                    "The same as without a cut.",
                    "It can use the same information, but it does not learn the same.",
                ),
            ),
        ),
    ]
)
