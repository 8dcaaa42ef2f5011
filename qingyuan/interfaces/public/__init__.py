"""Pages for everybody (公众页面): no sign-in, no session, no customers' data; plain forms that htmx makes live.

An area is a package with `urls.py` and `templates/<area>/`, found by discovery as the office's are.
"""
