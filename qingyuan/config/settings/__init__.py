"""Django's settings, put together from four short parts. Every value an operator may change is in config.environment."""

from qingyuan.config.settings.applications import *
from qingyuan.config.settings.language import *
from qingyuan.config.settings.security import *
from qingyuan.config.settings.storage import *
