"""The shape of the code: who may import whom, no name of a programme in a process, no luck or clock beside the streams,
no number that nothing reads, no loop over firms."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
import worlds

import sim
from sim.parameters import Numbers, registry
from sim.programmes import CATALOGUE, Programme
from sim.world import World

ROOT = Path(sim.__file__).parent
# From the bottom to the top, as docs/architecture.md has it: a module imports its own layer and those below it.
LAYERS = (
    {"errors", "inputs", "shipped", "bands", "metrics"},
    {"parameters"},
    {"laws", "streams", "population", "opening"},
    {"ledger", "rules", "scenario", "register"},
    {"processes", "programmes"},
    {"institutions", "observing"},
    {"observe"},
    {"world"},
    {"model", "study"},
    {"analysis"},
    {"report", "console", "wording", "settings"},
    {"summary", "listing", "config"},
    {"programme_list", "scenario_files"},
    {"cli", "entry"},
    {"launch"},
)
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
CORE = (
    "population", "processes", "programmes", "institutions", "world", "laws", "streams", "opening", "ledger", "rules", "observe",
    "observing",
)  # fmt: skip
HEAVY = ("mesa", "pandas", "xarray", "matplotlib", "hydra", "omegaconf", "scipy")
SOURCES = sorted(path for path in ROOT.rglob("*.py") if "_shipped" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def part(path: Path) -> str:
    """The layer's name of a file: `processes` of sim/processes/exit.py, `world` of sim/world.py."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def core(*parts: str) -> list[Path]:
    return [path for path in SOURCES if part(path) in (parts or CORE)]


def imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too: `sim.ledger`, `numpy`."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            found.add(node.module)
            if node.module == "sim":
                found |= {f"sim.{alias.name}" for alias in node.names}
    return found - {"sim"}


def ours(path: Path) -> set[str]:
    return {module.split(".")[1] for module in imports(path) if module.startswith("sim.")}


# -- imports ---------------------------------------------------------------------------------------------------------
def test_every_part_of_the_program_has_its_layer():
    assert {part(path) for path in SOURCES} - {"__init__"} == set(HEIGHT)


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if part(path) != "__init__"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_module_imports_only_its_own_layer_and_those_below(path):
    above = {name for name in ours(path) if HEIGHT[name] > HEIGHT[part(path)]}
    assert above == set()


@pytest.mark.parametrize("name", ["parameters", "inputs", "errors", "scenario"])
def test_what_knows_no_model_imports_none(name):
    model = {"population", "ledger", "processes", "programmes", "institutions", "world", "model", "observe", "rules"}
    assert all(not ours(path) & model for path in core(name))


def test_processes_and_programmes_do_not_know_each_other():
    assert all("programmes" not in ours(path) for path in core("processes"))
    assert all("processes" not in ours(path) for path in core("programmes"))


def test_programmes_post_no_money_themselves():
    assert all("ledger" not in ours(path) for path in core("programmes"))


def test_reports_run_no_model():
    # The names of programmes, which a page shows, stand in the catalogue.
    model = {"population", "ledger", "processes", "institutions", "world", "model", "observe", "streams", "rules"}
    assert all(not ours(path) & model for path in core("report"))


def test_the_core_uses_numpy_and_nothing_else_from_outside():
    for path in core():
        outside = {name.split(".")[0] for name in imports(path)} - {"sim", "__future__"}
        assert outside <= {"numpy", "dataclasses", "collections", "copy", "hashlib", "typing"}, path


@pytest.mark.parametrize("module", ["sim", "sim.world", "sim.study.task"])
def test_importing_the_core_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*sorted({set(HEAVY)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# -- names -----------------------------------------------------------------------------------------------------------
def test_no_process_names_a_programme():
    names = [*CATALOGUE, *(cls.__name__ for cls in CATALOGUE.values())]
    names += [name.split(".")[-1] for name in CATALOGUE if name.startswith("loan.")]
    for path in core("processes"):
        text = path.read_text(encoding="utf-8")
        assert [name for name in names if name in text] == [], path


def test_only_the_catalogue_names_the_classes_of_programmes():
    names = {cls.__name__ for cls in CATALOGUE.values()}
    for path in core("institutions", "world", "rules", "observe"):
        used = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
        assert not used & names, path


# -- luck and clocks -------------------------------------------------------------------------------------------------
def dotted(node: ast.AST) -> str:
    """`np.random.normal` of an attribute chain, else the empty text."""
    if isinstance(node, ast.Name):
        return node.id
    inside = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inside}.{node.attr}" if inside else ""


@pytest.mark.parametrize("path", core(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_in_the_core_draws_or_reads_a_clock_beside_the_streams(path):
    assert not {"random", "secrets", "time", "datetime", "uuid", "os"} & {name.split(".")[0] for name in imports(path)}
    assert "numpy.random" not in imports(path)
    used = {dotted(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    random = {name for name in used if name.startswith(("np.random", "numpy.random"))}
    allowed = {"Generator", "SFC64", "bit_generator", "bit_generator.ISeedSequence"} if part(path) == "streams" else set()
    assert random <= {"np.random", *(f"np.random.{name}" for name in allowed)} if allowed else not random
    called = {dotted(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    assert not called & {"hash", "id", "input", "open", "eval", "exec"}


def test_no_module_of_the_core_keeps_mutable_state():
    # Hand-written tables are fine; a list or set that a run could fill is not.
    for path in core():
        for node in tree(path).body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                fillable = isinstance(node.value, (ast.List, ast.Set, ast.ListComp, ast.SetComp))
                assert not fillable or "__all__" in ast.unparse(node), (path, node.lineno)


# -- numbers ---------------------------------------------------------------------------------------------------------
class Spy(Numbers):
    """Numbers that remember which of them were read one by one."""

    def __init__(self, numbers: Numbers):
        super().__init__(dict(numbers), numbers.changed, numbers.drawn)
        self.read: set[str] = set()

    def __getitem__(self, id):
        self.read.add(id)
        return super().__getitem__(id)


@cache
def read() -> set[str]:
    """Ids that a run with all programmes reads, terms that a programme reads from itself included."""
    every = worlds.package(worlds.PROGRAMMES)
    # One contract is more than a small pool, one site less than a whole; few projects come to a small city.
    changes = {"rnd.jiebang.extra_appropriation": 5e7, "enclave.manufacture.start": "2021Q1", "enclave.manufacture.sites": 8,
               "enclave.manufacture.appropriation": 8e6, "enclave.manufacture.term": 8, "place.outside_projects_per_quarter": 12,
               "place.hub.shanghai.area": 4000}  # fmt: skip
    spy = Spy(worlds.numbers(every, changes))
    spy.read.clear()
    plain = Programme.__getattribute__

    def watched(self, name):
        if name in type(self).__dataclass_fields__:
            spy.read.add(f"{type(self).id}.{name}")
        return plain(self, name)

    Programme.__getattribute__ = watched
    try:
        world = World(spy, every, 1, 20)
        for _ in range(20):
            world.step()
    finally:
        del Programme.__getattribute__
    return spy.read


def test_every_number_is_read_by_a_run():
    assert [id for id in registry().ids if id not in read()] == []


def test_a_run_reads_no_number_that_the_registry_does_not_have():
    assert read() <= set(registry().ids)


def test_every_term_of_a_programme_belongs_to_a_programme_of_the_catalogue():
    terms = {f"{name}.{field.name}" for name, cls in CATALOGUE.items() for field in fields(cls)}
    files = {number.id for number in registry() if "/programmes/" in number.file.replace("\\", "/")}
    assert files == terms


# -- no loop over firms ----------------------------------------------------------------------------------------------
def calls(scale: int) -> int:
    """Python and C calls of two years in a city of `scale` times the firms."""
    counted = [0]

    def count(_, event, __):
        counted[0] += event in ("call", "c_call")

    world = worlds.build(quarters=9, overrides={id: scale * number for id, number in worlds.FIRMS.items()})
    world.step()
    sys.setprofile(count)
    try:
        for _ in range(8):
            world.step()
    finally:
        sys.setprofile(None)
    return counted[0]


def test_twice_the_firms_take_no_more_calls():
    assert calls(8) == pytest.approx(calls(4), rel=0.02)
