"""Children: the networks that architectures describe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.children.building import build
    from nasedu.children.conv_child import ConvBlock, ConvChild, concatenate
    from nasedu.children.fast_cell.fast_cell import FastCell
    from nasedu.children.language_model import LanguageModel, LSTMLayer, hidden_size_for
    from nasedu.children.model_settings import ModelSettings
    from nasedu.children.precision import has_bfloat16
    from nasedu.children.recurrent_cell import PlainCell
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.children.building": ["build"],
            "nasedu.children.conv_child": ["ConvBlock", "ConvChild", "concatenate"],
            "nasedu.children.fast_cell.fast_cell": ["FastCell"],
            "nasedu.children.language_model": ["LanguageModel", "LSTMLayer", "hidden_size_for"],
            "nasedu.children.model_settings": ["ModelSettings"],
            "nasedu.children.precision": ["has_bfloat16"],
            "nasedu.children.recurrent_cell": ["PlainCell"],
        },
    )

__all__ = [
    "ConvBlock",
    "ConvChild",
    "FastCell",
    "LSTMLayer",
    "LanguageModel",
    "ModelSettings",
    "PlainCell",
    "build",
    "concatenate",
    "has_bfloat16",
    "hidden_size_for",
]
