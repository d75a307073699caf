"""A study under Hydra's own command line, for its launchers: `python -m sim.launch -m quarters=20,40 hydra/launcher=joblib`.

`innosim study -m` makes the same studies one after another and needs no launcher. Hydra only hands out the jobs here;
each is checked, run and kept as any study, in a folder of its own.
"""

from __future__ import annotations

import sys

import hydra
from hydra.core.hydra_config import HydraConfig

from sim import entry, shipped
from sim.config import slug
from sim.settings import GROUPS, SHORT, hydras

# Hydra's records of a job would lie beside the study's own; its logging floods the progress line.
QUIET = ("hydra.output_subdir=null", "hydra/job_logging=disabled", "hydra/hydra_logging=disabled")
NOT_IN_NAMES = ("lang", "results", *(SHORT[name] for name in ("workers", "address", "timeout")))


def main() -> None:
    """Quote what Hydra's lexer cannot read, as the command `innosim` does, and let Hydra launch the jobs."""
    words = [word if word.startswith(("-", "hydra")) else hydras(word) for word in sys.argv[1:]]
    sys.argv[1:] = [*words, *QUIET]
    hydra.main(version_base="1.3", config_path=str(shipped.folder("conf").absolute()), config_name="config")(job)()


def job(composed) -> None:
    """One study, from the settings of one job. `RuntimeError` with its exit code if it is not complete."""
    settings = list(HydraConfig.get().overrides.task)
    given = dict(setting.lstrip("+").partition("=")[::2] for setting in settings)
    own = "".join(f"-{slug(setting)}" for setting in settings if _tells_apart(setting))
    above = given.get("results", "results").strip("'\"")
    settings = [setting for setting in settings if setting.partition("=")[0] != "results"]
    code = entry.main(["study", *settings, f"results={above}/{composed.place.name}-{composed.study.name}{own}"])
    if code:
        raise RuntimeError(f"exit code {code}")


def _tells_apart(setting: str) -> bool:
    name = setting.lstrip("+").partition("=")[0]
    return name not in (*GROUPS, *NOT_IN_NAMES)


if __name__ == "__main__":
    main()
