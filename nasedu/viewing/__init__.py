"""Drawings, figures and listings: what a notebook, the command line and the report show."""

from nasedu.viewing.comparing import compare
from nasedu.viewing.drawing import Drawing, draw
from nasedu.viewing.pictures import Picture, picture
from nasedu.viewing.source import Listing, show

__all__ = ["Drawing", "Listing", "Picture", "compare", "draw", "picture", "show"]
