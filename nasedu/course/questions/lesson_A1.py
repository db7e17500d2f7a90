"""Questions of refresher A1."""

from nasedu.course.quizzes import Option, Question, Quiz

QUIZ = Quiz(
    [
        Question(
            "`a` has the shape (8, 1) and `b` the shape (5,). What is the shape of `a + b`?",
            (
                Option(
                    "(8, 5)",
                    "Shapes are compared from the right: 1 and 5 give 5, 8 and nothing give 8. "
                    "Both tensors are repeated.",
                    correct=True,
                ),
                Option(
                    "It is an error.",
                    "Two sizes must be equal, or one of them 1 or missing. That is the case here.",
                ),
                Option(
                    "(8,)",
                    "Nothing is summed; both are repeated until they fit.",
                ),
            ),
        ),
        Question(
            "`w` was made with `requires_grad=True`, and `loss = (w * x).sum()`. What does "
            "`loss.backward()` do?",
            (
                Option(
                    "It returns the gradient.",
                    "It returns nothing. The gradient is in `w.grad`.",
                ),
                Option(
                    "It takes a step that makes the loss smaller.",
                    "It changes no weight. That is what an optimiser's `step()` does.",
                ),
                Option(
                    "It adds the gradient of the loss to `w.grad`.",
                    "It adds: the old value of `w.grad` is still part of the sum.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "A training loop forgets `optimizer.zero_grad()`. What happens?",
            (
                Option(
                    "Every step goes along the sum of all gradients so far.",
                    "`backward` adds to the old gradients, so these are used again and again.",
                    correct=True,
                ),
                Option(
                    "The second `backward()` raises an error.",
                    "It does not, and that is why this mistake is hard to see.",
                ),
                Option(
                    "Nothing: `step()` clears the gradients.",
                    "It does not change them.",
                ),
            ),
        ),
        Question(
            "What does `with torch.no_grad():` change?",
            (
                Option(
                    "The weights cannot be changed inside.",
                    "They can be changed, and optimisers do so inside such a block.",
                ),
                Option(
                    "Computations inside it are not recorded, so nothing can be differentiated "
                    "through them.",
                    "It saves memory and time if you need no gradient, for example when you "
                    "sample or validate.",
                    correct=True,
                ),
                Option(
                    "It sets all gradients to zero.",
                    "That is `zero_grad`.",
                ),
            ),
        ),
        Question(
            "A network with batch norm is validated without `model.eval()`. What is wrong?",
            (
                Option(
                    "Nothing, if `no_grad` is used.",
                    "The two are different things: `no_grad` is about recording, `eval` about "
                    "how layers behave.",
                ),
                Option(
                    "Its weights are trained on validation images.",
                    "No weight changes without an optimiser's step. But the running means do "
                    "change.",
                ),
                Option(
                    "Each image is normalised by the batch that it is in, and the running means "
                    "change.",
                    "Then a result depends on the other images of the batch. `eval()` uses the "
                    "running means.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "What does `cross_entropy(outputs, labels)` expect of `outputs`?",
            (
                Option(
                    "Logits: numbers of any size and sign.",
                    "It takes the log-softmax itself, in a way that does not overflow.",
                    correct=True,
                ),
                Option(
                    "Probabilities, after a softmax.",
                    "It would take a softmax of a softmax. It still learns, slowly: a bug "
                    "without an error.",
                ),
                Option(
                    "The label with the largest output.",
                    "That is a choice and has no gradient.",
                ),
            ),
        ),
        Question(
            "`log_p` has the shape (8, 3), `token` the shape (8,) and holds ints from 0 to 2. "
            "How do you get the 8 log-probabilities of the tokens?",
            (
                Option(
                    "`log_p[token]`",
                    "That picks 8 whole rows, by token, not one number in each row.",
                ),
                Option(
                    "`log_p.gather(1, token[:, None]).squeeze(1)`",
                    "In each row it takes the column that the token names.",
                    correct=True,
                ),
                Option(
                    "`log_p.max(1).values`",
                    "That is the most probable token, whatever was drawn.",
                ),
            ),
        ),
        Question(
            "You multiply the loss by 1,000. The optimiser is Adam. What changes?",
            (
                Option(
                    "The steps are 1,000 times longer.",
                    "That is true for SGD. Adam divides by the root of the mean square, which "
                    "is 1,000 times larger, too.",
                ),
                Option(
                    "Almost nothing.",
                    "The mean and the root grow by the same factor, so their quotient stays the "
                    "same. Only the 1e-8 is not scaled.",
                    correct=True,
                ),
                Option(
                    "The steps are 1,000 times shorter.",
                    "Both numerator and denominator grow, not only the denominator.",
                ),
            ),
        ),
        Question(
            "SGD with momentum 0.9, and a slope that is 1 at every step. How long is a step in "
            "the end, as a multiple of the learning rate?",
            (
                Option(
                    "1",
                    "That is plain SGD.",
                ),
                Option(
                    "0.9",
                    "A share of 0.9 of the velocity is kept, and each slope is added to it.",
                ),
                Option(
                    "10",
                    "The velocity is 1 + 0.9 + 0.81 and so on, which adds up to 10.",
                    correct=True,
                ),
            ),
        ),
        Question(
            "The loss is NaN at step 50 and the program goes on. What are the weights after "
            "step 51?",
            (
                Option(
                    "The same as at step 50: an optimiser leaves out every NaN.",
                    "It does not check for NaN. It multiplies and adds, and with NaN that gives "
                    "NaN.",
                ),
                Option(
                    "NaN, all those that the loss depends on.",
                    "The gradient of NaN is NaN, and a weight plus NaN is NaN. It never becomes "
                    "a number again.",
                    correct=True,
                ),
                Option(
                    "Zero.",
                    "NaN is not zero; it does not vanish when it is added.",
                ),
            ),
        ),
    ]
)
