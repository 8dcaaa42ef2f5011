"""Settings by environment: what is accepted, what is refused and how."""

import pytest
from cryptography.fernet import Fernet

from qingyuan.config import database, environment, home
from qingyuan.config.environment import SettingError


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("true", True), ("ON", True), ("0", False), ("no", False)]
)
def test_flag_reads_yes_and_no(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("QINGYUAN_DEBUG", value)

    assert environment.flag(environment.DEBUG) is expected


def test_flag_refuses_anything_else_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGYUAN_DEBUG", "maybe")

    with pytest.raises(SettingError, match="QINGYUAN_DEBUG='maybe'"):
        environment.flag(environment.DEBUG)


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8000 ", "８０００", "80a"])
def test_whole_refuses_what_is_no_port(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("QINGYUAN_PORT", value)

    if value.strip() == "8000":
        assert environment.whole(environment.PORT, minimum=1, maximum=65535) == 8000
    else:
        with pytest.raises(SettingError, match="QINGYUAN_PORT"):
            environment.whole(environment.PORT, minimum=1, maximum=65535)


def test_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ma%40in:p%2Fw@db.example:5433/water?sslmode=require")
    monkeypatch.setenv("QINGYUAN_DB_POOL", "4")

    entry = database.parameters()

    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"], entry["NAME"]) == (
        "ma@in",
        "p/w",
        "db.example",
        "5433",
        "water",
    )
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert entry["OPTIONS"]["pool"]["max_size"] == 4


@pytest.mark.parametrize("value", ["mysql://x/y", "postgresql://host", "water"])
def test_database_address_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DATABASE_URL", value)

    with pytest.raises(SettingError, match="DATABASE_URL"):
        database.parameters()


def test_keys_are_made_once_and_readable_by_their_owner_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("QINGYUAN_HOME", str(folder))

    first, again = home.data_keys(), home.data_keys()

    assert first == again
    assert Fernet(first[0]).decrypt(Fernet(first[0]).encrypt(b"310101")) == b"310101"
    assert (folder / "data_key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["data_key"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", []),
        ("*", ["*"]),
        ("https://www.example.org, http://a.example:8080", ["https://www.example.org", "http://a.example:8080"]),
        ("https://*.example.cn", ["https://*.example.cn"]),
    ],
)
def test_origins_that_may_frame_the_calculator(given: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGYUAN_CALCULATOR_FRAMES", given)

    assert environment.origins(environment.CALCULATOR_FRAMES) == found


@pytest.mark.parametrize(
    "given", ["www.example.org", "https://a.example/path", "https://a.example; script-src *", "*,*"]
)
def test_what_is_no_origin_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGYUAN_CALCULATOR_FRAMES", given)

    with pytest.raises(SettingError, match="QINGYUAN_CALCULATOR_FRAMES"):
        environment.origins(environment.CALCULATOR_FRAMES)
