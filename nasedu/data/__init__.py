"""Images and text as tensors that sit on the device; the catalogue and the import."""

from nasedu.data.augment import Augmentation, Frame, Whitening
from nasedu.data.catalogue import (
    data_home,
    describe,
    load,
    load_text,
    names,
    names_of_images,
    names_of_texts,
    text_names,
)
from nasedu.data.download import get
from nasedu.data.images import ImageData, LabelledImages
from nasedu.data.importing import add
from nasedu.data.summary import ImportSummary
from nasedu.data.tables import load_table
from nasedu.data.text import TextData
from nasedu.data.text_importing import TextSummary

__all__ = [
    "Augmentation",
    "Frame",
    "ImageData",
    "ImportSummary",
    "LabelledImages",
    "TextData",
    "TextSummary",
    "Whitening",
    "add",
    "data_home",
    "describe",
    "get",
    "load",
    "load_table",
    "load_text",
    "names",
    "names_of_images",
    "names_of_texts",
    "text_names",
]
