"""The calls of which a fast cell's steps consist: each writes into memory that it is given.

Every function takes tensors of one shape and returns nothing that is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Call = Callable[..., object]

MINUS_ONE = torch.tensor(-1.0)


class Calls:
    """A list of calls that every step makes in turn, each with its own tensors of the step."""

    def __init__(self) -> None:
        self.calls: list[tuple[Call, list[tuple[Tensor, ...]]]] = []
        self._seen: dict[tuple, Sequence[Tensor]] = {}  # many calls work on the same memory

    def add(self, call: Call, *tensors: Tensor) -> None:
        """Let step t call with element t of these tensors, ``(T, ...)`` each."""
        self.calls.append((call, list(zip(*map(self._by_step, tensors), strict=True))))

    def make(self, step: int) -> None:
        """Make the calls of a step."""
        for call, tensors in self.calls:
            call(*tensors[step])

    def _by_step(self, tensor: Tensor) -> Sequence[Tensor]:
        key = (tensor.data_ptr(), tensor.shape, tensor.stride())  # the memory and how it is read
        if key not in self._seen:
            same = len(tensor) > 1 and not tensor.stride(0)  # expanded: one tensor for all steps
            self._seen[key] = [tensor[0]] * len(tensor) if same else tensor.unbind(0)
        return self._seen[key]


def _add(a: Tensor, b: Tensor, out: Tensor) -> None:
    torch.add(a, b, out=out)


def _mul(a: Tensor, b: Tensor, out: Tensor) -> None:
    torch.mul(a, b, out=out)


def _max(a: Tensor, b: Tensor, out: Tensor) -> None:
    torch.maximum(a, b, out=out)


COMBINE: dict[str, Call] = {"add": _add, "mul": _mul, "max": _max}

copy_ = Tensor.copy_
add_ = Tensor.add_
sigmoid_ = Tensor.sigmoid_
tanh_ = Tensor.tanh_
relu_ = Tensor.relu_


def multiply(a: Tensor, weight: Tensor, out: Tensor) -> None:
    """Write the matrix product ``(B, J) @ (J, K)``."""
    torch.mm(a, weight, out=out)


def accumulate(a: Tensor, weight: Tensor, out: Tensor) -> None:
    """Add the matrix product ``(B, J) @ (J, K)`` to what is there."""
    out.addmm_(a, weight)


def double_(a: Tensor) -> None:
    """Write 2 a."""
    a.add_(a)


def stretch_(a: Tensor) -> None:
    """Write 2 a - 1."""
    torch.add(MINUS_ONE, a, alpha=2, out=a)


def sine_(a: Tensor, slope: Tensor) -> None:
    """Write sin a, and its slope."""
    torch.cos(a, out=slope)
    a.sin_()


def max_backward(grad: Tensor, a: Tensor, b: Tensor, out_a: Tensor, out_b: Tensor) -> None:
    """Write the gradients of max(a, b): the larger takes it, two equal ones share it."""
    share = torch.where(a == b, grad / 2, grad)
    out_a.copy_(share.masked_fill(a < b, 0))
    out_b.copy_(share.masked_fill_(a > b, 0))


def mul_backward(grad: Tensor, a: Tensor, b: Tensor, out_a: Tensor, out_b: Tensor) -> None:
    """Write the gradients of a b; ``out_b`` may be ``grad`` itself."""
    torch.mul(grad, b, out=out_a)
    torch.mul(grad, a, out=out_b)


COMBINE_BACKWARD: dict[str, Call] = {"mul": mul_backward, "max": max_backward}


def _copy(grad: Tensor, outcome: Tensor, out: Tensor) -> None:
    if out is not grad:
        out.copy_(grad)


def _tanh_backward(grad: Tensor, outcome: Tensor, out: Tensor) -> None:
    _tanh(grad, outcome, grad_input=out)


def _sigmoid_backward(grad: Tensor, outcome: Tensor, out: Tensor) -> None:
    _sigmoid(grad, outcome, grad_input=out)


def _relu_backward(grad: Tensor, outcome: Tensor, out: Tensor) -> None:
    _threshold(grad, outcome, 0, grad_input=out)


# The kernels that autograd calls itself, in the form that writes into memory that is given.
_tanh = torch.ops.aten.tanh_backward.grad_input
_sigmoid = torch.ops.aten.sigmoid_backward.grad_input
_threshold = torch.ops.aten.threshold_backward.grad_input

ACTIVATION_BACKWARD: dict[str, Call] = {
    "identity": _copy,
    "tanh": _tanh_backward,
    "sigmoid": _sigmoid_backward,
    "relu": _relu_backward,
    "sin": _mul,
}
"""Gradient before an activation from the one after it and the outcome; of a sine, its slope."""
