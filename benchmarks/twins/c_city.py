"""The subset in C (`city.c`, `city_end.c`): compiled on first use with the system's compiler, called through ctypes."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.twins import OUTPUTS, start

FLAGS = ("-O3", "-march=native", "-ffast-math", "-std=gnu11", "-shared", "-fPIC")
HERE = Path(__file__).parent
TYPES = {"f": ("double", np.float64), "i": ("int32_t", np.int32), "b": ("uint8_t", np.bool_)}  # by kind of a column


def compiler() -> str | None:
    """The system's C compiler, if there is one."""
    return shutil.which(os.environ.get("CC", "cc"))


def _struct(name: str, fields: dict[str, str]) -> str:
    return f"typedef struct {{ {' '.join(f'{type}{field};' for field, type in fields.items())} }} {name};\n"


def header(numbers, today, columns) -> str:
    """The structs of a city, from the names that Python passes."""
    pointers = {name: f"{TYPES[values.dtype.kind][0]} *" for name, values in columns.items()}
    return (
        "#include <stdint.h>\n"
        + _struct("Numbers", dict.fromkeys(numbers, "double "))
        + _struct("Today", dict.fromkeys(today, "double "))
        + _struct("Columns", pointers)
        + _struct("Outputs", dict.fromkeys(OUTPUTS, "double "))
        + f"#define EACH_COLUMN(X) {' '.join(f'X({name})' for name in columns)}\n"
    )


@cache
def library(declared: str):
    """The compiled twin for these structs, kept in the folder of temporary files."""
    sources = "".join((HERE / name).read_text(encoding="utf-8") for name in ("city.c", "city_end.c"))
    key = hashlib.sha256((sources + declared + " ".join(FLAGS)).encode()).hexdigest()[:16]
    found = Path(tempfile.gettempdir()) / f"innosim_twin_{key}.so"
    if not found.exists():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "declared.h").write_text(declared, encoding="utf-8")
            made = found.with_suffix(f".{os.getpid()}")
            command = [compiler() or "cc", *FLAGS, "-I", folder, "-include", "declared.h", str(HERE / "city.c")]
            command += ["-o", str(made), "-lm"]
            subprocess.run(command, check=True, capture_output=True, text=True)
            made.replace(found)  # another process may have been quicker
    return ctypes.CDLL(str(found))


class CCity:
    """What a run needs, taken from a world that has not been stepped; the run itself touches no Python object."""

    def __init__(self, world, seed: int):
        numbers, paths, tables = start.scalars(world), start.paths(world), start.tables(world)
        columns = start.columns(world)
        columns = {name: np.ascontiguousarray(x, TYPES[x.dtype.kind][1]) for name, x in columns.items()}
        self.library = library(header(numbers, paths, columns))
        self.numbers = np.array(list(numbers.values()))
        self.days = np.ascontiguousarray(np.column_stack(list(paths.values())))
        self.kept = [np.ascontiguousarray(x, float) for x in tables.values()], columns
        self.tables = (ctypes.c_void_p * len(tables))(*(x.ctypes.data for x in self.kept[0]))
        self.columns = (ctypes.c_void_p * len(columns))(*(x.ctypes.data for x in columns.values()))
        self.size, self.seed = (world.firms.count, len(world.place.districts), len(world.place.sectors)), seed

    def run(self, quarters: int) -> np.ndarray:
        """(quarters, outputs); once only, for the columns move on."""
        n, districts, sectors = self.size
        out = np.empty((quarters, len(OUTPUTS)))
        at = [ctypes.c_void_p(x.ctypes.data) for x in (self.numbers, self.days, out)]
        self.library.city_run(ctypes.c_int64(n), districts, sectors, ctypes.c_uint64(self.seed), at[0], self.tables,
                              self.columns, at[1], quarters, at[2])  # fmt: skip
        return out


def run(world, quarters: int, seed: int) -> np.ndarray:
    """(quarters, outputs) from the start of a world that has not been stepped."""
    return CCity(world, seed).run(quarters)
