"""The data, as tensors that sit on the device: images and text, their catalogue and import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.data.augment import Augmentation
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
    from nasedu.data.preparation import Frame, Whitening
    from nasedu.data.shipped import load_table
    from nasedu.data.summary import ImportSummary
    from nasedu.data.text import TextData
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.data.augment": ["Augmentation"],
            "nasedu.data.catalogue": [
                "data_home",
                "describe",
                "load",
                "load_text",
                "names",
                "names_of_images",
                "names_of_texts",
                "text_names",
            ],
            "nasedu.data.download": ["get"],
            "nasedu.data.images": ["ImageData", "LabelledImages"],
            "nasedu.data.importing": ["add"],
            "nasedu.data.preparation": ["Frame", "Whitening"],
            "nasedu.data.summary": ["ImportSummary"],
            "nasedu.data.shipped": ["load_table"],
            "nasedu.data.text": ["TextData"],
        },
    )

__all__ = [
    "Augmentation",
    "Frame",
    "ImageData",
    "ImportSummary",
    "LabelledImages",
    "TextData",
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
