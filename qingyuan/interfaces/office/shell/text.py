"""The type of what people read: plain or lazily translated."""

from django.utils.functional import Promise

Label = str | Promise
