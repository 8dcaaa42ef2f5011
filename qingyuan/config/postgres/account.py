"""The operating system user the server runs as (PostgreSQL refuses to run as root)."""

import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT_NAME = "qingyuan-pg"


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group. `is_other`: it is not the user we are, so that children must change to it."""

    uid: int
    gid: int
    is_other: bool

    def child_arguments(self) -> dict[str, Any]:
        """Keyword arguments for subprocess that make the child this user, without any of our groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def passes(self, test: str, path: Path) -> bool:
        """Whether `test` ("-x", "-w", "-r") holds for the path when tried as this user.

        Tried, never computed from modes: ACLs, mounts and parents all have their say.
        """
        program = shutil.which("test") or "/usr/bin/test"
        done = subprocess.run(
            [program, test, str(path)], check=False, cwd="/", capture_output=True, **self.child_arguments()
        )
        return done.returncode == 0

    def own(self, path: Path) -> None:
        """Make the path (not what is in it) this user's, if it is not."""
        found = path.lstat()
        if self.is_other and (found.st_uid, found.st_gid) != (self.uid, self.gid):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, root: Path) -> None:
        """Make the directory and everything in it this user's, if its top is not (a home that was moved or restored)."""
        found = root.lstat()
        if not self.is_other or (found.st_uid, found.st_gid) == (self.uid, self.gid):
            return
        for folder, names, files in os.walk(root):
            for name in (*names, *files):
                self.own(Path(folder) / name)
        self.own(root)


def server_account(*, create: bool) -> Account:
    """The user for the server: ourselves, or, as root, the system user `qingyuan-pg`, else `nobody`.

    `create` allows the system user to be made; without it the answer is what a server started before was given.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    found = _lookup(ACCOUNT_NAME)
    if found is None and create and shutil.which("useradd"):
        command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--user-group"]
        command += ["--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
        subprocess.run(command, check=False, capture_output=True)
        found = _lookup(ACCOUNT_NAME)
    if found is None:
        found = _lookup("nobody") or Account(65534, 65534, is_other=True)
    return found


def _lookup(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
        grp.getgrgid(entry.pw_gid)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid, is_other=True)
