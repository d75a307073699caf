"""The folder of a study: one writer at a time, and whether it lies on a share of the network."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from sim.errors import StudyError

LOCK, OWNER = ".lock", ".owner"
MOUNTS = Path("/proc/self/mountinfo")
# File systems that several machines may see at once. Of the others in user space (fuse.…) nothing is known, so they count too.
NETWORKS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "virtiofs", "lustre", "gpfs", "beegfs", "ceph", "glusterfs",
            "orangefs", "pvfs2", "panfs", "wekafs", "ocfs2", "gfs2", "davfs", "vboxsf", "drvfs"}  # fmt: skip
BUSY = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}


@dataclass
class Lock:
    """The right to write in a folder; the system gives it back even after kill -9, unless `owner` had to stand in."""

    handle: int
    owner: Path | None = None

    def free(self) -> None:
        if self.owner is not None:
            self.owner.unlink(missing_ok=True)
        os.close(self.handle)


def locked(folder: Path) -> Lock:
    """Take the folder's lock; `StudyError` if another study has it or nothing can be written there."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StudyError(f"{folder}: cannot be written ({error.strerror})") from error
    try:
        _system_lock(handle)
    except OSError as error:
        if error.errno in BUSY:
            os.close(handle)
            raise _in_use(folder) from None
        # Some shares keep no locks at all.
        try:
            return Lock(handle, _owned(folder))
        except BaseException:
            os.close(handle)
            raise
    return Lock(handle)


def _system_lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _in_use(folder: Path) -> StudyError:
    return StudyError(
        f"{folder}: another study is running in this folder; wait for it or choose another with results="
    )


def _owned(folder: Path) -> Path:
    """A file that only one can make, with the machine and process that made it; what a dead process left is taken over."""
    path, me = folder / OWNER, [socket.gethostname(), os.getpid()]
    for _ in range(2):
        try:
            with open(path, "x", encoding="utf-8") as file:
                json.dump(me, file)
            return path
        except FileExistsError:
            host, process = _owner(path)
            if host != me[0] or _alive(process):
                raise StudyError(f"{folder}: in use by {host}, process {process}; if that has ended, delete {OWNER} there") from None
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StudyError(f"{folder}: cannot be written ({error.strerror})") from error
    raise _in_use(folder)


def _owner(path: Path) -> tuple[str, int]:
    try:
        host, process = json.loads(path.read_text(encoding="utf-8"))
        return str(host), int(process)
    except (OSError, ValueError, TypeError):
        return "?", 0


def _alive(process: int) -> bool:
    if process <= 0:
        return True
    with contextlib.suppress(ProcessLookupError):
        with contextlib.suppress(PermissionError):
            os.kill(process, 0)
        return True
    return False


def shared(folder: Path) -> bool:
    """Whether the folder lies on a share of the network; False where the system does not tell (not Linux)."""
    kind = _kind(folder)
    return kind in NETWORKS or kind.startswith("fuse.")


def _kind(folder: Path) -> str:
    """Type of the file system under a folder: of the longest mount point above it."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    real, best, kind = os.path.realpath(folder), "", ""
    for line in lines:
        left, _, right = line.partition(" - ")
        words, about = left.split(), right.split()
        if len(words) < 5 or not about:
            continue
        point = words[4].encode().decode("unicode_escape").encode("latin-1", "replace").decode("utf-8", "replace")
        if (real == point or real.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, about[0]
    return kind
