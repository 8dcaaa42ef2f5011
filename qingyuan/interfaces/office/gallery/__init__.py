"""The component gallery (组件样板): every component in all its states, for tests and for developers. Not in production."""
