"""Every number of the model, with its unit, meaning, range, prior and source. Nothing here knows the model.

`registry(place).resolve(overrides) -> Numbers` is all that the rest of the program uses.
"""

from sim.parameters.number import Number, Prior, Steps, quarter_index, quarter_name
from sim.parameters.registry import Numbers, Registry, apart, dotted, places, registry

__all__ = [
    "Number",
    "Numbers",
    "Prior",
    "Registry",
    "Steps",
    "apart",
    "dotted",
    "places",
    "quarter_index",
    "quarter_name",
    "registry",
]
