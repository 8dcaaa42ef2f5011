"""Message catalogues: what has to be translated (sources), and compiling and checking what is (catalogues)."""
