"""The shell (框架): base templates, components, keys, navigation, sign-in pages. Areas build their pages on it."""
