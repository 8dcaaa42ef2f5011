"""Writes of files."""

from qingyuan.platform.files.operations.attachments import FileTooLarge, link, store
from qingyuan.platform.files.rules.sniffing import EmptyFile, TypeRefused

__all__ = ["EmptyFile", "FileTooLarge", "TypeRefused", "link", "store"]
