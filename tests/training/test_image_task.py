import dataclasses

import pytest
import torch

from nasedu import ConvLayer, ConvNet, build
from nasedu.children import has_bfloat16
from nasedu.data import ImageData, LabelledImages, load
from nasedu.errors import SettingError, TrainingError
from nasedu.training import ImageTask, Recipe

NET = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (1,))))
WIDE = ConvNet((ConvLayer(3, 3, 32, (0,)), ConvLayer(3, 3, 32, (1,))))


@pytest.fixture(scope="module")
def task():
    return ImageTask(load("digits"), Recipe(epochs=2))


def weights(child):
    return torch.cat([p.detach().flatten() for p in child.parameters()])


def test_a_child_learns_and_reports_what_it_did(task):
    training = ImageTask(load("digits"), Recipe(epochs=4)).begin(WIDE, seed=1)
    epochs, child, outcome = list(training), training.finish(), training.outcome()
    assert outcome.valid_curve[-1] > 0.6  # chance is 0.1
    assert outcome.train_curve[0] > outcome.train_curve[-1]
    assert [epoch.number for epoch in epochs] == [1, 2, 3, 4]
    assert tuple(epoch.valid for epoch in epochs) == outcome.valid_curve
    assert tuple(epoch.train_loss for epoch in epochs) == outcome.train_curve
    assert outcome.reward == max(outcome.valid_curve) ** 3
    assert outcome.num_parameters == len(weights(child))
    assert outcome.flop == task.cost(WIDE).flop
    assert outcome.seconds > 0


def test_a_seed_gives_the_same_child_and_another_seed_another(task):
    (a, one), (b, two), (c, _) = (task.fit(NET, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(weights(a), weights(b))
    assert dataclasses.replace(one, seconds=0) == dataclasses.replace(two, seconds=0)
    assert not torch.equal(weights(a), weights(c))


def test_what_makes_a_child_does_as_well_as_what_describes_it(task):
    described, one = task.fit(NET, seed=1)
    made, two = task.fit(lambda **shape: build(NET, **shape), seed=1)
    assert torch.equal(weights(described), weights(made))
    assert dataclasses.replace(one, seconds=0) == dataclasses.replace(two, seconds=0)


def test_threads_and_generators_are_left_as_they_were(task):
    torch.set_num_threads(2)
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    task.fit(NET, seed=1)
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == 2


def test_the_learning_rate_falls_to_zero_along_a_line_or_stays():
    falling, constant = Recipe(lr=0.4), Recipe(lr=0.4, schedule="constant")
    assert [falling.lr_at(step, 4) for step in range(5)] == pytest.approx([0.4, 0.3, 0.2, 0.1, 0])
    assert {constant.lr_at(step, 4) for step in range(5)} == {0.4}


def test_the_schedule_reaches_the_optimiser(task):
    used = []
    original = torch.optim.SGD.step

    def step(self, *arguments):
        used.append(self.param_groups[0]["lr"])
        return original(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.SGD, "step", step)
        task.fit(NET, seed=0)
    assert used == pytest.approx([0.1 * (1 - i / 38) for i in range(38)])


def test_a_loss_that_is_no_number_is_an_error():
    task = ImageTask(load("digits"), Recipe(epochs=2, lr=1e30))
    with pytest.raises(TrainingError, match=r"the loss became (nan|inf) in epoch 1"):
        task.fit(NET, seed=0)


def test_outputs_that_are_no_numbers_after_the_last_step_are_an_error():
    task = ImageTask(load("digits"), Recipe(epochs=1, lr=1e30, num_train=60))
    with pytest.raises(TrainingError, match="outputs became NaN or infinite"):
        task.fit(NET, seed=0)


def test_a_last_batch_of_one_image_joins_the_one_before():
    task = ImageTask(load("digits"), Recipe(epochs=1, num_train=65, image_size=1))
    _, outcome = task.fit(NET, seed=0)
    assert outcome.reward is not None


def test_searching_never_touches_the_test_set():
    digits = load("digits")

    class Poisoned(ImageData):
        @property
        def test(self):
            raise AssertionError("the test set was read")

        @test.setter
        def test(self, value):
            pass

    fields = {f.name: getattr(digits, f.name) for f in dataclasses.fields(digits)}
    data = object.__new__(Poisoned)
    for name, value in fields.items():
        if name != "test":
            object.__setattr__(data, name, value)
    task = ImageTask(data, Recipe(epochs=1))
    training = task.begin(NET, seed=0)
    training.finish()
    assert training.outcome().test is None
    with pytest.raises(AssertionError, match="the test set was read"):
        training.test()


def test_the_test_result_is_the_accuracy_on_the_test_images(task):
    training = task.begin(NET, seed=0)
    tested, child = training.test(), training.child
    test = load("digits").test
    with torch.inference_mode():
        guesses = child.eval()(task.augmentation.normalise(test.images)).argmax(1)
    assert tested.test == (guesses == test.labels).double().mean().item()
    assert dataclasses.replace(tested, test=None) == training.outcome()


def test_training_and_validation_images_share_none(task):
    rows = [
        {bytes(image.flatten().tolist()) for image in part.images}
        for part in (task.train, task.valid)
    ]
    assert len(task.train) == 1200
    assert len(task.valid) == 300
    assert len(rows[0] & rows[1]) == 0


def test_images_may_be_resized_and_fewer():
    task = ImageTask(load("digits"), Recipe(image_size=16, num_train=100, epochs=1))
    assert task.train.images.shape == (100, 1, 16, 16)
    _, outcome = task.fit(NET, seed=0)
    assert outcome.flop == 4 * ImageTask(load("digits")).cost(NET).flop - 3 * 2 * 8 * 10


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_precision_decides_the_arithmetic_and_never_the_weights(precision):
    task = ImageTask(load("digits"), Recipe(precision=precision, epochs=3))
    child, outcome = task.fit(WIDE, seed=0)
    seen = []
    child.blocks[1][0].register_forward_hook(lambda m, i, output: seen.append(output.dtype))
    task.accuracy(child, task.valid)
    assert set(seen) == {getattr(torch, precision)}
    assert weights(child).dtype == torch.float32
    assert outcome.valid_curve[-1] > 0.5


def test_bfloat16_is_taken_where_it_is_there_and_pays():
    fast = has_bfloat16(torch.device("cpu"))
    digits = load("digits")
    assert ImageTask(digits).dtype == torch.float32
    large = ImageTask(digits, Recipe(image_size=32, num_train=20))
    assert large.dtype == (torch.bfloat16 if fast else torch.float32)


def test_augmentation_happens_in_training_and_not_in_validation():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (40, 3, 8, 8), generator=generator).byte()
    part = LabelledImages(images, torch.arange(40) % 2)
    data = ImageData("made", "made", ("a", "b"), part, part, num_valid=10, flip=True, pad=1)
    task = ImageTask(data, Recipe(epochs=1))
    seen = {True: [], False: []}
    original = type(task.augmentation).__call__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            type(task.augmentation),
            "__call__",
            lambda self, images, generator=None: (
                seen[True].append(len(images)) or original(self, images, generator)
            ),
        )
        task.fit(NET, seed=0)
    assert sum(seen[True]) == 30


def test_epsilon_and_augmentation_of_the_recipe_reach_the_child():
    recipe = Recipe(epochs=1, num_train=100, bn_epsilon=0.01, whitening="image")
    task = ImageTask(load("digits"), recipe)
    child, _ = task.fit(NET, seed=0)
    assert [m.eps for m in child.modules() if isinstance(m, torch.nn.BatchNorm2d)] == [0.01] * 2
    white = task.augmentation.plain(task.valid.images[:5])
    torch.testing.assert_close(white.mean((1, 2, 3)), torch.zeros(5), atol=1e-5, rtol=0)


def test_validation_sees_things_as_large_as_training_does():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (40, 3, 8, 8), generator=generator).byte()
    part = LabelledImages(images, torch.arange(40) % 2)
    data = ImageData("made", "made", ("a", "b"), part, part, num_valid=10, flip=True, pad=1)
    task = ImageTask(data, Recipe(epochs=1, augmentation="paper"))
    seen = []
    child, _ = task.fit(NET, seed=0)
    child.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    task.accuracy(child, task.valid)
    large = torch.nn.functional.interpolate(
        task.augmentation.normalise(task.valid.images), (10, 10), mode="bilinear"
    )
    torch.testing.assert_close(seen[0], large[:, :, 1:-1, 1:-1])


def test_a_learning_rate_of_the_network_goes_before_the_recipes():
    data = load("digits")
    quick = {"epochs": 1, "num_train": 256}
    decided, _ = ImageTask(data, Recipe(**quick)).fit(
        dataclasses.replace(NET, learning_rate=0.01), seed=3
    )
    by_recipe, _ = ImageTask(data, Recipe(**quick, lr=0.01)).fit(NET, seed=3)
    usual, _ = ImageTask(data, Recipe(**quick)).fit(NET, seed=3)
    assert torch.equal(weights(decided), weights(by_recipe))
    assert not torch.equal(weights(decided), weights(usual))


def test_gradients_are_clipped_to_a_norm_before_they_are_used(monkeypatch):
    norms = []
    original = torch.optim.SGD.step

    def step(self, *arguments):
        grads = [p.grad for group in self.param_groups for p in group["params"]]
        norms.append(torch.cat([g.flatten() for g in grads]).norm().item())
        return original(self, *arguments)

    monkeypatch.setattr(torch.optim.SGD, "step", step)
    ImageTask(load("digits"), Recipe(epochs=1, clip=0.01)).fit(NET, seed=0)
    assert max(norms) == pytest.approx(0.01, rel=1e-3)


def test_a_square_as_large_as_the_images_is_refused():
    with pytest.raises(SettingError, match="cutout is 8; expected less than the images' 8x8"):
        ImageTask(load("digits"), Recipe(cutout=8))
    assert ImageTask(load("digits"), Recipe(cutout=7)).augmentation.cutout == 7
