"""From an architecture to the network itself."""

from nasedu.children.building import build
from nasedu.children.conv_child import ConvBlock, ConvChild, concatenate
from nasedu.children.fast_cell import FastCell
from nasedu.children.language_model import LanguageModel, LSTMLayer, hidden_size_for
from nasedu.children.model_settings import ModelSettings
from nasedu.children.recurrent_cell import PlainCell

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
    "hidden_size_for",
]
