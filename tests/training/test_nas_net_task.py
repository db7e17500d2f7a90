from dataclasses import replace
from functools import partial

import pytest
import torch
from torch.nn.functional import cross_entropy

from nasedu import build, problems, published
from nasedu.children.nas_operations import DropPath
from nasedu.data import load
from nasedu.training import ImageTask, Recipe
from nasedu.training.nas_net_recipe import (
    NASNET_A_6_768,
    NASNET_A_7_2304,
    RECIPES,
    TWO_CORES,
    NasNetRecipe,
)
from nasedu.training.nas_net_task import NasNetTask

NET = published.NASNET_A.by_rule()
SMALL = NasNetRecipe(epochs=2, num_train=128, filters=2)


def task(**changes):
    return NasNetTask(load("digits"), replace(SMALL, **changes))


def test_the_papers_recipe_is_the_papers():
    said = NASNET_A_6_768.to_dict()
    expected = {"epochs": 600, "batch_size": 32, "lr": 0.025, "weight_decay": 5e-4, "clip": 5.0}
    expected |= {"schedule": "cosine", "cutout": 16, "auxiliary": 0.4, "drop_path": 0.4}
    expected |= {"cells": 6, "filters": 32, "momentum": 0.9, "augmentation": "paper"}
    assert expected.items() <= said.items()
    assert replace(NASNET_A_6_768, cells=7, filters=96) == NASNET_A_7_2304
    assert TWO_CORES.cutout * 2 == TWO_CORES.image_size  # as large a share as 16 of 32
    assert problems.NASNETS.load("recipes") is RECIPES


@pytest.mark.parametrize("auxiliary", [0.0, 0.4])
def test_cost_counts_what_is_built_and_what_torch_counts(auxiliary):
    judge = task(auxiliary=auxiliary, cells=2, filters=3)
    found = judge.cost(NET)
    child = judge.begin(NET, 0).child
    assert found.num_parameters == sum(p.numel() for p in child.parameters())
    assert found.flop == judge._measured_flop(child)
    assert found.flop > 0 and not any(p.is_meta for p in child.parameters())


def test_without_its_own_settings_it_trains_as_the_task_on_images_does():
    one = task().fit(NET, 3)[1]
    made = partial(build, NET, cells=1, filters=2)
    shared = {name: value for name, value in SMALL.to_dict().items() if name in Recipe().to_dict()}
    other = ImageTask(load("digits"), Recipe(**shared)).fit(made, 3)[1]
    assert one.train_curve == other.train_curve and one.valid_curve == other.valid_curve


def test_the_auxiliary_loss_has_its_weight():
    judge = task(auxiliary=0.25)
    child = judge.begin(NET, 0).child.train()
    images, labels = torch.rand(6, 1, 8, 8), torch.arange(6)
    logits, side = child.read(images)
    expected = cross_entropy(logits, labels) + 0.25 * cross_entropy(side, labels)
    torch.testing.assert_close(judge.loss(child, images, labels, 0.5), expected)


def test_paths_are_dropped_more_and_more(monkeypatch):
    seen = []
    judge = task(drop_path=0.4, batch_size=32)
    original = DropPath.forward
    monkeypatch.setattr(
        DropPath, "forward", lambda self, maps: seen.append(self.drop) or original(self, maps)
    )
    training = judge.begin(NET, 0)
    next(training)
    assert seen[0] == 0 and max(seen) == pytest.approx(0.4 * 3 / 8)  # 3 of 8 updates were done
