"""The back office (营业后台): server-rendered pages, one folder per area, on the shell's components.

An area is a package beside `shell` with `urls.py` (patterns relative to the root, with `app_name`), `navigation.py`
(its menu entries) and `templates/<area>/`. Both are found by discovery; nothing is registered by hand.
"""
