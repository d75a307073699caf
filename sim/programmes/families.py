"""To which family of the documents a programme belongs: what plans and campaigns of a government are stated by.

A family covers all programmes whose id begins so; the longest beginning counts. A test compares it with the register.
"""

from __future__ import annotations

FAMILIES = {
    "attraction": "attraction",
    "award": "cultivation", "contest": "cultivation", "growth": "cultivation", "hnte": "cultivation", "ladder": "cultivation",
    "policy30": "cultivation", "award.rd_org": "platform",
    "carrier": "incubation", "incubation": "incubation",
    "demand": "rd_challenge", "rnd": "rd_challenge",
    "digital": "infrastructure", "infra": "infrastructure", "space": "infrastructure",
    "edu": "tax_and_education", "tax": "tax_and_education",
    "enclave": "enclave",
    "finance": "finance_debt", "guarantee": "finance_debt", "loan": "finance_debt", "whitelist": "finance_debt",
    "fund": "finance_equity",
    "gov": "governance", "delivery": "governance", "no_application": "governance",
    "gov.points_platform": "platform", "gov.subsidy_path": "cultivation", "gov.size_weights": "cultivation",
    "gov.outside_inside": "attraction", "hnte.review": "governance",
    "institute": "platform", "platform": "platform", "services": "platform", "university": "platform",
    "talent": "talent",
}  # fmt: skip

# 五大工程 of the three-year plan (document 004 says what each holds), and the families under them.
PROJECTS = {
    "governance": ("governance",),
    "research": ("rd_challenge", "platform"),
    "firms": ("cultivation", "attraction", "incubation"),
    "synergy": ("enclave", "infrastructure"),
    "factors": ("finance_debt", "finance_equity", "talent", "tax_and_education"),
}
# 五大攻坚行动 of Yancheng (document 003).
ACTIONS = {
    "projects": ("attraction", "enclave"),
    "firms": ("cultivation",),
    "carriers": ("incubation", "platform", "infrastructure"),
    "research": ("rd_challenge",),
    "ecosystem": ("governance", "finance_debt", "finance_equity", "talent", "tax_and_education"),
}


def family(id: str) -> str:
    """Family of a programme; empty when it has none."""
    words = id.split(".")
    names = (".".join(words[:k]) for k in range(len(words), 0, -1))
    return next((FAMILIES[name] for name in names if name in FAMILIES), "")
