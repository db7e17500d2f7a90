"""Questions of lesson 02."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "A layer has 16 filters of 1x1 and reads 36 channels. How many trained numbers has it?",
            (
                Option(
                    "16",
                    "That would be one weight a filter; each is 36 channels deep.",
                ),
                Option(
                    "576",
                    "These are the weights, 1 · 1 · 36 · 16. Batch norm adds a scale and a shift "
                    "for each filter.",
                ),
                Option(
                    "608",
                    "1 · 1 · 36 · 16 weights and 2 · 16 of batch norm.",
                    correct=True,
                ),
                Option(
                    "592",
                    "That adds one number a filter, a bias; batch norm has two.",
                ),
            ),
        ),
        Question(
            "All strides of a network are 1. You double height and width of the images. What "
            "happens to parameters and FLOP of its convolutions?",
            (
                Option(
                    "Both grow fourfold.",
                    "The weights do not depend on the image: the same filter slides further.",
                ),
                Option(
                    "Parameters stay, FLOP grow fourfold.",
                    "The same weights work at four times as many pixels.",
                    correct=True,
                ),
                Option(
                    "Parameters stay, FLOP double.",
                    "Height *and* width double, so there are four times as many pixels.",
                ),
            ),
        ),
        Question(
            "Why has the convolution of a `ConvBlock` no bias?",
            (
                Option(
                    "To save parameters, at the price of a little accuracy.",
                    "Nothing is lost: batch norm subtracts the mean, and any constant with it.",
                ),
                Option(
                    "Because ReLU would cut it off.",
                    "ReLU cuts negative values, not constants; batch norm stands between them.",
                ),
                Option(
                    "Because batch norm takes it away, and has a shift of its own.",
                    "A constant before batch norm changes nothing, as you saw above.",
                    correct=True,
                ),
            ),
        ),
    ]
)
