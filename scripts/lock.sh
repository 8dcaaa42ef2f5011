#!/bin/sh
# Work the two locks out again from pyproject.toml: with hashes, for every platform, without naming an index.
set -eu
options="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links"
options="$options --no-header --no-annotate --quiet"
uv pip compile pyproject.toml requirements/build.in $options --output-file requirements/run.lock "$@"
uv pip compile pyproject.toml requirements/build.in --extra dev --constraint requirements/run.lock $options \
    --output-file requirements/dev.lock "$@"
