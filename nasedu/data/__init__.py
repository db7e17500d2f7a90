"""Images as tensors that sit on the device; the catalogue and the import."""

from nasedu.data.augment import Augmentation, Frame, Whitening
from nasedu.data.catalogue import data_home, describe, load, names
from nasedu.data.download import get
from nasedu.data.images import ImageData, LabelledImages
from nasedu.data.importing import ImportSummary, add
from nasedu.data.network_table import DIVERGED, MISSING, NetworkTable
from nasedu.data.tables import load_table

__all__ = [
    "DIVERGED",
    "MISSING",
    "Augmentation",
    "Frame",
    "ImageData",
    "ImportSummary",
    "LabelledImages",
    "NetworkTable",
    "Whitening",
    "add",
    "data_home",
    "describe",
    "get",
    "load",
    "load_table",
    "names",
]
