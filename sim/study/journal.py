"""The journal of a folder: every run and pair that was ever finished there, in one SQLite file.

Rows are found by key, a hash of everything that decides a result (code, scenario, numbers, seed, quarters, place). A
study with another configuration in the same folder therefore gets other keys: rows co-exist, nothing is overwritten,
and `Results` shows the keys of the present study only. One process writes; workers send bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sim.errors import StudyError
from sim.study import payload

DONE, FAILED, KILLED = "done", "failed", "killed"
FILE, LOCK = "journal.sqlite", ".lock"
_TABLES = """
CREATE TABLE IF NOT EXISTS runs (key TEXT PRIMARY KEY, scenario TEXT, seed INTEGER, status TEXT, seconds REAL,
                                 checksum TEXT, error TEXT, payload BLOB);
CREATE TABLE IF NOT EXISTS pairs (key TEXT, against_key TEXT, scenario TEXT, against TEXT, seed INTEGER, status TEXT,
                                  checksum TEXT, error TEXT, outcomes TEXT, PRIMARY KEY (key, against_key));
"""


def run_key(code: str, scenario: str, numbers: str, seed: int, quarters: int, place: str) -> str:
    """SHA-256 over everything that decides a run: version of the code, digests of scenario and numbers, the rest."""
    return hashlib.sha256(json.dumps([code, scenario, numbers, seed, quarters, place]).encode()).hexdigest()


class Journal:
    """Open with `Journal.memory()`, `Journal.write(folder)` (takes the folder's lock) or `Journal.read(folder)`."""

    def __init__(self, connection: sqlite3.Connection, lock: int | None = None):
        self._db = connection
        self._lock = lock

    @classmethod
    def memory(cls) -> Journal:
        """A journal that is gone when it is closed."""
        db = sqlite3.connect(":memory:", check_same_thread=False)
        db.executescript(_TABLES)
        return cls(db)

    @classmethod
    def write(cls, folder: Path) -> Journal:
        """The journal of `folder`, for the only writer; `StudyError` if another study is running there."""
        lock = _locked(folder)
        try:
            db = sqlite3.connect(folder / FILE, check_same_thread=False)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.executescript(_TABLES)
        except sqlite3.Error as error:
            os.close(lock)
            raise StudyError(f"{folder / FILE}: {error}") from error
        return cls(db, lock)

    @classmethod
    def read(cls, folder: Path) -> Journal:
        """The journal of `folder`, read-only; also from a folder that cannot be written."""
        path = folder / FILE
        if not path.is_file():
            raise StudyError(f"{folder}: no study here ({FILE} is missing)")
        for options in ("mode=ro", "mode=ro&immutable=1"):
            db = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, check_same_thread=False)
            try:
                db.execute("SELECT count(*) FROM runs").fetchone()
                return cls(db)
            except sqlite3.Error as error:
                db.close()
                problem = error
        raise StudyError(f"{path}: {problem}")

    def close(self) -> None:
        """Fold the write-ahead log into the one file, so that it can be copied, and give the folder free."""
        if self._lock is not None:
            # A reader may hold the file; then the log stays beside it and is read at the next opening.
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("PRAGMA journal_mode=DELETE")
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def statuses(self, keys: Iterable[str]) -> dict[str, str]:
        """Status per key, of those that are there."""
        wanted = set(keys)
        return {key: status for key, status in self._db.execute("SELECT key, status FROM runs") if key in wanted}

    def payload(self, key: str) -> bytes | None:
        """The stored bytes of a finished run, unchecked; None if there is no such run."""
        row = self._db.execute("SELECT payload FROM runs WHERE key=? AND status=?", (key, DONE)).fetchone()
        return None if row is None else row[0]

    def whole(self, key: str) -> bool:
        """Whether a finished run is stored and not a byte of it has changed."""
        row = self._db.execute("SELECT payload, checksum FROM runs WHERE key=? AND status=?", (key, DONE)).fetchone()
        if row is None or row[0] is None:
            return False
        try:
            payload.decode(row[0])
        except payload.PayloadError:
            return False
        return payload.checksum(row[0]) == row[1]

    def errors(self, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
        """key → (status, error) of the runs without a result."""
        wanted = set(keys)
        rows = self._db.execute("SELECT key, status, error FROM runs WHERE status<>?", (DONE,))
        return {key: (status, error or "") for key, status, error in rows if key in wanted}

    def outcomes(self, key: str, against_key: str) -> dict[str, float] | None:
        """What a pair compares; None if it is not there, could not be compared, or has been changed."""
        row = self._pair(key, against_key)
        if row is None or row[0] is None or _digest(row[0]) != row[1]:
            return None
        return {name: math.nan if value is None else value for name, value in json.loads(row[0]).items()}

    def pair_error(self, key: str, against_key: str) -> str:
        """Why a pair has no outcomes."""
        row = self._pair(key, against_key)
        return (row and row[2]) or "not compared yet"

    def _pair(self, key: str, against_key: str):
        query = "SELECT outcomes, checksum, error FROM pairs WHERE key=? AND against_key=?"
        return self._db.execute(query, (key, against_key)).fetchone()

    def add(self, runs: Iterable[dict], pairs: Iterable[dict] = ()) -> None:
        """Store finished runs and pairs in one transaction: all of them or none."""
        try:
            with self._db:
                self._db.executemany(
                    "INSERT OR REPLACE INTO runs VALUES "
                    "(:key, :scenario, :seed, :status, :seconds, :checksum, :error, :payload)", runs
                )  # fmt: skip
                self._db.executemany(
                    "INSERT OR REPLACE INTO pairs VALUES "
                    "(:key, :against_key, :scenario, :against, :seed, :status, :checksum, :error, :outcomes)",
                    [pair | _stored(pair["outcomes"]) for pair in pairs],
                )
        except sqlite3.Error as error:
            raise StudyError(
                f"results cannot be stored ({error}); what was finished is kept, run again to go on"
            ) from error


def _stored(outcomes: dict | None) -> dict:
    if outcomes is None:
        return {"outcomes": None, "checksum": None, "status": FAILED}
    text = json.dumps({name: value if math.isfinite(value) else None for name, value in outcomes.items()})
    return {"outcomes": text, "checksum": _digest(text), "status": DONE}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _locked(folder: Path) -> int:
    """An exclusive lock that the system gives back even after kill -9."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StudyError(f"{folder}: cannot be written ({error.strerror})") from error
    try:
        try:
            import fcntl
        except ImportError:  # Windows
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StudyError(
            f"{folder}: another study is running in this folder; wait for it or choose another with results="
        ) from None
    return handle
