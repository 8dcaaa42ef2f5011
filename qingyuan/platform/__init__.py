"""Small apps that know no business (平台)."""
