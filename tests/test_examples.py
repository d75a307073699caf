"""The examples of docs/scale.md run, with little to do, and say what they promise."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
pytestmark = pytest.mark.filterwarnings("ignore")  # of the packages that are driven


def example(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_salib_finds_the_indices_of_a_study():
    pytest.importorskip("SALib")
    found = example("salib_sobol").main(n=2, seeds=1, quarters=2, workers=1)
    assert np.shape(found["ST"]) == (3,)


def test_ema_workbench_drives_a_study_and_prim_finds_a_box():
    pytest.importorskip("ema_workbench")
    experiments, outcomes, box = example("ema_prim").main(n=12, seeds=1, quarters=2)
    assert len(experiments) == len(outcomes["certified"]) == 12 and np.isfinite(outcomes["certified"]).all()
    assert box is not None and 0 < box.mass <= 1


def test_mesas_batch_runner_drives_the_model():
    found = example("mesa_batch").main(quarters=2, seeds=(1,))
    assert len(found) == 4 and (found > 0).all()


def test_the_examples_are_short():
    for path in EXAMPLES.glob("*.py"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len(lines) <= 26, path.name
