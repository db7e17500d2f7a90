"""From an architecture to the network itself."""

from nasedu.children.building import build
from nasedu.children.conv_child import ConvBlock, ConvChild, concatenate
from nasedu.children.language_model import LanguageModel, LSTMLayer, hidden_size_for

__all__ = [
    "ConvBlock",
    "ConvChild",
    "LSTMLayer",
    "LanguageModel",
    "build",
    "concatenate",
    "hidden_size_for",
]
