"""Writes of numbering: drawing a number, reserving a block."""

from qingyuan.platform.numbering.operations.draw import draw, reserve
from qingyuan.platform.numbering.rules.writing import Block, DrawnNumber, SeriesExhausted

__all__ = ["Block", "DrawnNumber", "SeriesExhausted", "draw", "reserve"]
