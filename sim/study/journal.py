"""The journal of a folder: every run and pair that was ever finished there, in one SQLite file.

Rows are found by key, a hash of everything that decides a result (code, scenario, numbers, draw, seed, quarters, place).
A study with another configuration in the same folder therefore gets other keys: rows co-exist, nothing is overwritten,
and `Results` shows the keys of the present study only. One process writes; workers send bytes.

The small rows of `runs` are the index of `payloads`: listing a hundred thousand runs reads no result.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from sim.errors import StudyError
from sim.study import folders, payload

PENDING, DONE, FAILED, KILLED, TIMEOUT = STATUSES = ("pending", "done", "failed", "killed", "timeout")
FILE, LAYOUT = "journal.sqlite", 2
# In one transaction: killed halfway, tables without their layout would look like those of another version.
_TABLES = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS runs (key TEXT PRIMARY KEY, scenario TEXT, draw INTEGER, seed INTEGER, status TEXT,
                                 seconds REAL, checksum TEXT, error TEXT);
CREATE TABLE IF NOT EXISTS payloads (key TEXT PRIMARY KEY, crc INTEGER, payload BLOB);
CREATE TABLE IF NOT EXISTS pairs (key TEXT, against_key TEXT, scenario TEXT, against TEXT, draw INTEGER, seed INTEGER,
                                  status TEXT, checksum TEXT, error TEXT, outcomes TEXT, PRIMARY KEY (key, against_key));
PRAGMA user_version={LAYOUT};
COMMIT;
"""
_ADD_RUN = "INSERT OR REPLACE INTO runs VALUES (:key, :scenario, :draw, :seed, :status, :seconds, :checksum, :error)"
_ADD_PAYLOAD = "INSERT OR REPLACE INTO payloads VALUES (?, ?, ?)"
_ADD_PAIR = (
    "INSERT OR REPLACE INTO pairs VALUES "
    "(:key, :against_key, :scenario, :against, :draw, :seed, :status, :checksum, :error, :outcomes)"
)


def run_key(code: str, scenario: str, numbers: str, seed: int, quarters: int, place: str) -> str:
    """SHA-256 over everything that decides a run: version of the code, digests of scenario and numbers, the rest."""
    return hashlib.sha256(json.dumps([code, scenario, numbers, seed, quarters, place]).encode()).hexdigest()


class Damaged(StudyError):
    """The file of a journal is cut short or changed."""


class Journal:
    """Open with `Journal.memory()`, `Journal.write(folder)` (takes the folder's lock) or `Journal.read(folder)`."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None, lock: folders.Lock | None = None):
        self._db = connection
        self._path = path
        self._lock = lock

    @classmethod
    def memory(cls) -> Journal:
        """A journal that is gone when it is closed."""
        db = sqlite3.connect(":memory:", check_same_thread=False)
        db.executescript(_TABLES)
        return cls(db)

    @classmethod
    def write(cls, folder: Path) -> Journal:
        """The journal of `folder`, for the only writer; `StudyError` if another study is running there.

        A file that cannot be read as a journal any more is rebuilt from what of it can.
        """
        lock, path = folders.locked(folder), folder / FILE
        try:
            try:
                return cls(_opened(path), path, lock)
            except Damaged:
                journal = cls(sqlite3.connect(path, check_same_thread=False), path, lock)
                journal.rebuild()
                return journal
        except BaseException:
            lock.free()
            raise

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
                if db.execute("PRAGMA user_version").fetchone()[0] == LAYOUT:
                    return cls(db, path)
                raise sqlite3.DatabaseError("stored by another version of innosim")  # caught below
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
            self._lock.free()
            self._lock = None

    def rebuild(self) -> int:
        """Write the file anew from every row that can still be read and is whole; returns the number of runs kept.

        The old file stays beside it. Without its row in the index a result is not used: nobody could say whose it is.
        """
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        fresh = sqlite3.connect(new)
        with contextlib.closing(fresh), fresh:
            fresh.executescript(_TABLES)
            for table, columns in (("runs", 8), ("payloads", 3), ("pairs", 10)):
                insert = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * columns)})"
                fresh.executemany(insert, (row for row in _readable(self._db, table) if len(row) == columns))
            fresh.execute("DELETE FROM payloads WHERE key NOT IN (SELECT key FROM runs)")
            fresh.execute("DELETE FROM runs WHERE status='done' AND key NOT IN (SELECT key FROM payloads)")
        self._db.close()
        for log in ("-wal", "-shm"):  # of the damaged file: on the new one it would be played again
            self._path.with_name(self._path.name + log).unlink(missing_ok=True)
        self._path.replace(self._path.with_suffix(".damaged"))
        new.replace(self._path)
        self._db = _opened(self._path)
        return self._db.execute("SELECT count(*) FROM runs").fetchone()[0]

    # -- reading ------------------------------------------------------------------------------------------------------
    def _all(self, query: str, values: tuple = ()) -> Iterator[tuple]:
        try:
            yield from self._db.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise Damaged(f"{self._path}: {error}") from error

    def _one(self, query: str, values: tuple) -> tuple | None:
        return next(self._all(query, values), None)

    def list(self, status: str | None = None, scenario: str | None = None, limit: int | None = None) -> list[dict]:
        """Rows of the index without the pending ones, of one status and one scenario if they are named."""
        asked = {name: value for name, value in (("status", status), ("scenario", scenario)) if value is not None}
        names = "key", "scenario", "draw", "seed", "status", "seconds", "checksum", "error"
        where = " WHERE " + " AND ".join(f"{name}=?" for name in asked) if asked else ""
        rows = self._all(f"SELECT {', '.join(names)} FROM runs{where} LIMIT ?", (*asked.values(), -1 if limit is None else limit))
        return [dict(zip(names, row, strict=True)) for row in rows]

    def statuses(self, keys: Collection[str]) -> dict[str, str]:
        """Status per key, of those that are there."""
        wanted = set(keys)
        return {key: status for key, status in self._all("SELECT key, status FROM runs") if key in wanted}

    def pace(self, keys: Collection[str]) -> tuple[float, float] | None:
        """Mean seconds and stored bytes of the finished runs among `keys`; None if there is none."""
        wanted, count, spent, size = set(keys), 0, 0.0, 0
        query = "SELECT key, seconds, length(payload) FROM runs JOIN payloads USING (key) WHERE status=?"
        for key, seconds, bytes_ in self._all(query, (DONE,)):
            if key in wanted:
                count, spent, size = count + 1, spent + seconds, size + bytes_
        return (spent / count, size / count) if count else None

    def payload(self, key: str) -> bytes | None:
        """The stored bytes of a finished run, unchecked; None if there is no such run."""
        row = self._one("SELECT payload FROM payloads JOIN runs USING (key) WHERE key=? AND status=?", (key, DONE))
        return None if row is None else row[0]

    def whole(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that are finished and stored without a changed byte.

        By the CRC of what lies there, ten times as fast as unpacking it; who reads a result checks its SHA-256.
        """
        wanted, found = set(keys), set()
        query = "SELECT key, checksum, crc, payload FROM runs JOIN payloads USING (key) WHERE status=?"
        for key, checksum, crc, blob in self._all(query, (DONE,)):
            if key in wanted and zlib.crc32(blob) == crc and payload.checksum(blob) == checksum:
                found.add(key)
        return found

    def errors(self, keys: Collection[str]) -> dict[str, tuple[str, str]]:
        """key → (status, error) of the runs without a result."""
        wanted = set(keys)
        rows = self._all("SELECT key, status, error FROM runs WHERE status<>?", (DONE,))
        return {key: (status, error or "") for key, status, error in rows if key in wanted}

    def compared(self) -> set[tuple[str, str]]:
        """(key, against key) of every pair whose comparison is there and unchanged."""
        rows = self._all("SELECT key, against_key, outcomes, checksum FROM pairs WHERE status=?", (DONE,))
        return {(key, other) for key, other, text, checksum in rows if text and _digest(text) == checksum}

    def digest(self, keys: Collection[str]) -> str:
        """SHA-256 over what is known of these runs and of the pairs among them: equal digests, equal results."""
        wanted, found = set(keys), hashlib.sha256()
        for row in self._all("SELECT key, key, status, checksum, error FROM runs ORDER BY key"):
            if row[0] in wanted:
                found.update(json.dumps(row).encode())
        for row in self._all("SELECT key, against_key, status, checksum, error FROM pairs ORDER BY key, against_key"):
            if wanted.issuperset(row[:2]):
                found.update(json.dumps(row).encode())
        return found.hexdigest()

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
        return self._one(query, (key, against_key))

    # -- writing ------------------------------------------------------------------------------------------------------
    def add(self, runs: Iterable[dict], pairs: Iterable[dict] = ()) -> None:
        """Store finished runs and pairs in one transaction: all of them or none."""
        runs = list(runs)
        blobs = [(run["key"], zlib.crc32(run["payload"]), run["payload"]) for run in runs if run["payload"] is not None]
        try:
            with self._db:
                self._db.executemany(_ADD_RUN, runs)
                self._db.executemany(_ADD_PAYLOAD, blobs)
                self._db.executemany(_ADD_PAIR, [pair | _stored(pair["outcomes"]) for pair in pairs])
        except sqlite3.Error as error:
            if type(error) is sqlite3.DatabaseError:  # of the content, as in `_opened`: reading need not have come across it
                raise Damaged(f"{self._path}: {error}") from error
            raise StudyError(
                f"results cannot be stored ({error}); what was finished is kept, run again to go on"
            ) from error


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that writes; `Damaged` if the file is no journal or one of another layout."""
    db = sqlite3.connect(path, check_same_thread=False)
    try:
        layout = db.execute("PRAGMA user_version").fetchone()[0]
        if layout != LAYOUT and not _ours(db):
            raise StudyError(f"{path.parent}: stored by another version of innosim; choose another folder with results=")
        _mode(db, path)
        db.executescript(_TABLES)
    except BaseException as error:
        db.close()
        if type(error) is sqlite3.DatabaseError:  # its subclasses tell of the disk or of a lock, not of the content
            raise Damaged(f"{path}: {error}") from error
        if isinstance(error, sqlite3.Error):
            raise StudyError(f"{path}: {error}") from error
        raise
    return db


def _ours(db: sqlite3.Connection) -> bool:
    """Whether there are no tables yet, or those of this layout, so that only the number of the layout is wrong."""
    with contextlib.closing(sqlite3.connect(":memory:")) as new:
        new.executescript(_TABLES)
        query = "SELECT name, (SELECT group_concat(name) FROM pragma_table_info(m.name)) FROM sqlite_master m WHERE type='table'"
        return set(db.execute(query)) <= set(new.execute(query))


def _mode(db: sqlite3.Connection, path: Path) -> None:
    """A write-ahead log on a disk of this machine, a rollback journal on a share.

    The log is shared memory between readers and writer: over a network they would see two.
    """
    if folders.shared(path.parent) or db.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        db.execute("PRAGMA journal_mode=DELETE")
        db.execute("PRAGMA synchronous=FULL")
    else:
        db.execute("PRAGMA synchronous=NORMAL")


def _readable(db: sqlite3.Connection, table: str) -> Iterator[tuple]:
    """Rows of a damaged table from its front, then from its back, as far as each way goes."""
    seen: set[int] = set()
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error):
            for rowid, *row in db.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid {order}"):
                if rowid in seen:
                    break
                seen.add(rowid)
                yield tuple(row)


def _stored(outcomes: dict | None) -> dict:
    if outcomes is None:
        return {"outcomes": None, "checksum": None, "status": FAILED}
    text = json.dumps({name: value if math.isfinite(value) else None for name, value in outcomes.items()})
    return {"outcomes": text, "checksum": _digest(text), "status": DONE}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
