#!/bin/sh
# Chromium and a Chinese font, which the browser tests need, from the system's packages. Without them and without the
# right to install them those tests are skipped, and this says so.
set -eu

has_browser() {
    for name in chromium chromium-browser google-chrome-stable google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}
has_font() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ]; }

if has_browser && has_font; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium and a Chinese font from the system's packages …"
    export DEBIAN_FRONTEND=noninteractive
    packages="chromium fontconfig fonts-wqy-microhei"
    if { apt-get update -q && apt-get install -y -q --no-install-recommends $packages; } >/dev/null; then
        exit 0
    fi
fi
echo "No Chromium or no Chinese font here: the browser tests will be skipped."
echo "As root: apt-get install chromium fontconfig fonts-wqy-microhei"
