"""The embedded PostgreSQL: who starts it, who stops it, and what it says when it cannot."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qingyuan.config.postgres import binaries, lease, server
from qingyuan.config.postgres.account import server_account
from qingyuan.config.postgres.binaries import PostgresError
from qingyuan.config.postgres.server import Cluster
from tests.architecture.source import ROOT
from tests.databases import OPTIONS

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")


@pytest.fixture(scope="module")
def kept_home() -> Iterator[Path]:
    """A home that the server's user reaches (pytest's own temporary directories are closed), initialised once."""
    folder = Path(tempfile.mkdtemp(prefix="qy-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def cluster(kept_home: Path) -> Iterator[Cluster]:
    one = Cluster(kept_home, OPTIONS)
    yield one
    lease.stop(one, even_in_use=True)


def data_of(cluster: Cluster) -> Path:
    return server.data_directory(cluster, server_account(create=False), create=False)


def test_last_user_stops_it(cluster: Cluster) -> None:
    first = lease.acquire(cluster)
    second = lease.acquire(cluster)

    lease.release(cluster, first)
    is_up_between = cluster.is_up()
    lease.release(cluster, second)

    assert is_up_between
    assert not cluster.is_up()


def test_pinned_server_outlives_its_users(cluster: Cluster) -> None:
    lease.pin(cluster)

    with lease.in_use(cluster):
        pass

    assert cluster.is_up()
    assert lease.stop(cluster, even_in_use=False)
    assert not cluster.is_up()


def test_stop_is_refused_while_somebody_uses_it(cluster: Cluster) -> None:
    with lease.in_use(cluster):
        with pytest.raises(PostgresError, match="Other processes use"):
            lease.stop(cluster, even_in_use=False)

        assert cluster.is_up()


def test_killed_user_leaves_nothing_stale(cluster: Cluster) -> None:
    script = (
        "import sys, time; from pathlib import Path; from qingyuan.config.postgres import lease; "
        "from qingyuan.config.postgres.server import Cluster; "
        "lease.acquire(Cluster(Path(sys.argv[1]))); print('up', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", script, str(cluster.home)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"

    user.send_signal(signal.SIGKILL)
    user.wait()
    user.stdout.close()
    with lease.in_use(cluster):
        assert cluster.is_up()

    assert not cluster.is_up()


def test_crashed_server_is_started_again_with_its_data(cluster: Cluster) -> None:
    with lease.in_use(cluster):
        with cluster.connect() as session:
            session.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
            session.execute("CHECKPOINT")
        os.kill(cluster.process_id(), signal.SIGKILL)
        while cluster.is_up():
            time.sleep(0.02)

        with lease.in_use(cluster), cluster.connect() as session:
            row = session.execute("SELECT count(*) FROM kept").fetchone()

        assert row == (0,)


def test_process_id_of_another_program_counts_as_down(cluster: Cluster) -> None:
    with lease.in_use(cluster):
        pass
    stranger = subprocess.Popen(["sleep", "60"])
    (data_of(cluster) / "postmaster.pid").write_text(f"{stranger.pid}\n{data_of(cluster)}\n", encoding="ascii")

    with lease.in_use(cluster):
        is_up = cluster.is_up()

    assert is_up
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_server_that_ends_is_reported_with_its_log(cluster: Cluster) -> None:
    broken = Cluster(cluster.home, {**OPTIONS, "no_such_setting": "1"})

    with pytest.raises(PostgresError, match="no_such_setting"):
        lease.acquire(broken)

    assert not broken.is_up()


def test_order_is_the_same_on_every_machine_and_nothing_listens_on_the_net(cluster: Cluster) -> None:
    with lease.in_use(cluster), cluster.connect() as session:
        row = session.execute(
            "SELECT datlocprovider, datlocale, current_setting('listen_addresses'), current_setting('data_checksums') "
            "FROM pg_database WHERE datname = 'postgres'"
        ).fetchone()

    assert row == ("b", "C.UTF-8", "", "on")


def test_socket_is_closed_to_others(cluster: Cluster) -> None:
    with lease.in_use(cluster):
        mode = stat.S_IMODE(cluster.socket_directory.stat().st_mode)

    assert mode == 0o700


def test_data_of_another_major_version_is_refused_with_advice(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    old = tmp_path / "postgres-9"
    old.mkdir()
    (old / "PG_VERSION").write_text("9\n", encoding="ascii")
    account = server_account(create=False)
    others_may_enter = type(account)(os.geteuid(), os.getegid(), is_other=False)

    with pytest.raises(PostgresError, match=r"postgres-9.*pg_dump"):
        server.data_directory(Cluster(tmp_path), others_may_enter, create=False)


@is_root
def test_closed_home_sends_the_data_elsewhere_and_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_home: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    home.mkdir()
    monkeypatch.setattr(binaries, "STATE", kept_home / "state")
    cluster = Cluster(home, OPTIONS)

    with lease.in_use(cluster):
        data = data_of(cluster)

    assert data.is_relative_to(kept_home / "state")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not list(home.glob("postgres-*"))


@is_root
def test_closed_environment_has_its_programs_copied_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_home: Path
) -> None:
    original = binaries._original()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / original.name).symlink_to(original)
    (closed / f"{original.name}.libs").symlink_to(original.with_name(f"{original.name}.libs"))
    monkeypatch.setattr(binaries, "_original", lambda: closed / original.name)
    monkeypatch.setattr(binaries, "STATE", kept_home / "programs")
    account = server_account(create=True)

    programs = binaries.directory(account)

    assert programs.is_relative_to(kept_home / "programs")
    done = subprocess.run(
        [str(programs / "postgres"), "--version"],
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
        **account.child_arguments(),
    )
    assert done.stdout.startswith("postgres (PostgreSQL) 18")
    shutil.rmtree(kept_home / "programs")
