"""The `qingyuan` command line: one module per command, found by its file name (`rate.py` → `qingyuan rate`).

A module's docstring begins with the line that `qingyuan help` shows. It defines

    NEEDS = Needs.DATABASE                                    # the default; NOTHING and DJANGO start faster
    def arguments(parser: argparse.ArgumentParser) -> None    # optional
    def run(options: argparse.Namespace) -> int               # one call into the floors below; returns the exit status

and is imported after Django is set up (unless it needs NOTHING), so that its imports may stand at the top.
A module whose name begins with an underscore is no command.
"""
