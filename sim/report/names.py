"""Names of groups that the place names, taken from the meaning of its numbers, and of those that the model names."""

from __future__ import annotations

import functools

KNOWN = {
    "carrier": {"maker": ("众创空间", "maker spaces"), "incubator": ("孵化器", "incubators"), "accelerator": ("加速器", "accelerators"),
                "park": ("产业园", "parks"), "enclave": ("飞地", "enclaves")},
    "talent_kind": {"staff": ("科技人员", "S&T staff"), "graduate": ("毕业生", "graduates"), "returnee": ("留学归国", "returnees"),
                    "foreign": ("外国专家", "foreign experts"), "skilled": ("技能人才", "skilled workers")},
    "talent_place": {"local": ("本地", "local"), "abroad": ("境外", "abroad")},
    "region": {"local": ("本市", "local"), "sunan": ("苏南", "southern Jiangsu"), "shanghai": ("上海", "Shanghai"),
               "elsewhere": ("其他地区", "elsewhere")},
}  # fmt: skip
# dim → id of a number of each member, and what its meaning says besides the name, in Chinese and English
TOLD = {
    "university": ("place.university.{}.region", ("所在地区",), ("region of ", " together")),
    "district": ("place.district.{}.firm_share", ("其他企业占比",), (" share of other firms",)),
    "sector": ("place.sector.{}.hnte_share", ("占高企比重",), (" share of HNTEs",)),
    "talent_place": ("place.labour.{}.pay", ("收入（本市=1）",), ("pay in ", " over the city's")),
}


@functools.cache
def _meanings(place: str) -> dict[str, tuple[str, str]]:
    from sim import parameters

    asked = tuple(pattern.split("{}")[0] for pattern, *_ in TOLD.values())
    return {n.id: (n.zh, n.en) for n in parameters.registry(place) if n.id.startswith(asked)}


def members(place: str, dim: str) -> list[str]:
    """The members of a group that the place names, in the order of its file."""
    start, end = TOLD[dim][0].split("{}")
    return [id[len(start) : -len(end)] for id in _meanings(place) if id.startswith(start) and id.endswith(end)]


def name(place: str, dim: str, member: str, lang: str) -> str:
    """In words; what is not known stays as it is."""
    known = KNOWN.get(dim, {}).get(member)
    if known:
        return known[lang == "en"]
    pattern, *besides = TOLD.get(dim, ("", (), ()))
    told = _meanings(place).get(pattern.format(member))
    if not told:
        return member
    return functools.reduce(lambda said, part: said.replace(part, ""), besides[lang == "en"], told[lang == "en"])
