"""A new run over the demo utility, chosen by area and cycle: accessible, and it fits in both languages."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.e2e.conftest import axe_violations, new_page
from tests.e2e.world import people_of_the_demo

pytestmark = pytest.mark.e2e
SIZES = {"zh-hans": ((1366, 768), (1440, 900)), "en": ((1366, 768), (1440, 900))}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="session")
def database_template(demo_template: str) -> str:
    return demo_template


def test_a_run_is_narrowed_by_area_and_cycle(chromium: Browser, live_server: LiveServer) -> None:
    person = people_of_the_demo().who_may("billing.run")
    shots = os.environ.get("QINGYUAN_SHOTS")

    found = []
    for language, sizes in SIZES.items():
        with new_page(chromium, live_server.url, person, language) as page:
            page.goto("/billing/runs/new/", wait_until="load")
            cycles = page.locator("#run-cycle option").evaluate_all("all => all.map(one => one.value)")
            assert len(cycles) > 1
            page.select_option("#run-cycle", cycles[-1])
            page.click(".filter-buttons button")
            page.wait_for_load_state("load")
            assert f"cycle={cycles[-1]}" in page.url
            assert page.locator(".notice p").count() > 0
            for width, height in sizes:
                page.set_viewport_size({"width": width, "height": height})
                found += [f"{language} {width} {text}" for text in axe_violations(page)]
                found += [f"{language} {width} is too wide"] if page.evaluate(SIDEWAYS) > 0 else []
                if shots:
                    page.screenshot(path=Path(shots) / f"run-scope-{language}-{width}.png")

    assert not found, "\n".join(found)
