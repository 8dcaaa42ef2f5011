"""The simulator over the demo utility: its baseline is what was issued; its pages are accessible and fit in both languages."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from qingyuan.domains.simulations.models import Simulation
from tests.e2e.conftest import axe_violations, new_page
from tests.e2e.simulation_examples import reform
from tests.e2e.world import people_of_the_demo

pytestmark = pytest.mark.e2e
WIDTHS = {"zh-hans": (1366, 768), "en": (1440, 900)}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="session")
def database_template(demo_template: str) -> str:
    return demo_template


def test_the_demo_utility_s_reform(chromium: Browser, live_server: LiveServer) -> None:
    simulation_id = reform()
    results = Simulation.objects.get(pk=simulation_id).results
    person = people_of_the_demo().who_may("tariffs.edit")
    shots = os.environ.get("QINGYUAN_SHOTS")

    found = []
    for language, (width, height) in WIDTHS.items():
        with new_page(chromium, live_server.url, person, language) as page:
            page.set_viewport_size({"width": width, "height": height})
            for name, path in {
                "list": "/simulations/",
                "new": "/simulations/new/",
                "results": f"/simulations/{simulation_id}/",
            }.items():
                page.goto(path, wait_until="load")
                found += [f"{language} {path} {text}" for text in axe_violations(page)]
                found += [f"{language} {path} is too wide"] if page.evaluate(SIDEWAYS) > 0 else []
                if shots:
                    page.screenshot(path=Path(shots) / f"simulation-{name}-{language}.png", full_page=True)
            if shots:
                content = page.request.get(f"/simulations/{simulation_id}/report/").body()
                (Path(shots) / f"simulation-report-{language}.pdf").write_bytes(content)

    assert not found, "\n".join(found)
    assert results["total"]["bills"] > 20
    assert results["total"]["base"] == results["total"]["issued"]
    assert results["differing"] == 0
