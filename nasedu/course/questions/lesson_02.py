"""Questions of lesson 02."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "A layer has 16 filters of 1x1 and reads 36 channels. How many parameters does it "
            "have?",
            (
                Option(
                    "16",
                    "That would be one weight per filter; each filter is 36 channels deep.",
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
                    "That adds one number per filter, a bias; batch norm has two.",
                ),
            ),
        ),
        Question(
            "All strides of a network are 1. You double the height and the width of the images. "
            "What happens to the parameters and the FLOP of its convolutions?",
            (
                Option(
                    "Both are four times as many.",
                    "The weights do not depend on the image: the same filter slides further.",
                ),
                Option(
                    "The parameters stay the same, the FLOP are four times as many.",
                    "The same weights work at four times as many pixels.",
                    correct=True,
                ),
                Option(
                    "The parameters stay the same, the FLOP double.",
                    "Height *and* width double, so there are four times as many pixels.",
                ),
            ),
        ),
        Question(
            "Why does the convolution of a `ConvBlock` have no bias?",
            (
                Option(
                    "To save parameters; the accuracy becomes a little worse.",
                    "Nothing is lost: batch norm subtracts the mean, and any constant with it.",
                ),
                Option(
                    "Because ReLU would remove it.",
                    "ReLU removes negative values, not constants; and batch norm comes first.",
                ),
                Option(
                    "Because batch norm removes it, and has a shift of its own.",
                    "A constant before batch norm changes nothing, as you saw above.",
                    correct=True,
                ),
            ),
        ),
    ]
)
