"""Policy programmes: one a file, and the catalogue that lists them by hand. The order is the order in which they act."""

from __future__ import annotations

from sim.programmes.attraction_campaign import AttractionCampaign
from sim.programmes.attraction_fairs import AttractionFairs
from sim.programmes.attraction_investment import AttractionInvestment
from sim.programmes.attraction_modes import AttractionModes
from sim.programmes.attraction_recognition import AttractionRecognition
from sim.programmes.attraction_screen import AttractionScreen
from sim.programmes.attraction_staff import AttractionStaff
from sim.programmes.award_hnte import AwardHnte
from sim.programmes.award_keylab import AwardKeylab
from sim.programmes.award_library import AwardLibrary
from sim.programmes.award_rd_org import AwardRdOrg
from sim.programmes.base import Funded, Programme
from sim.programmes.carrier_chain import CarrierChain
from sim.programmes.carrier_incubators import CarrierIncubators
from sim.programmes.carrier_reit import CarrierReit
from sim.programmes.delivery_assistants import SciTechAssistants
from sim.programmes.delivery_environment import BusinessEnvironment
from sim.programmes.delivery_roadshows import Roadshows
from sim.programmes.delivery_visits import EnterpriseVisits
from sim.programmes.edu_apprentices import EduApprentices
from sim.programmes.edu_vocational import EduVocational
from sim.programmes.enclave_incubator import EnclaveIncubator
from sim.programmes.enclave_manufacture import EnclaveManufacture
from sim.programmes.enclave_research import EnclaveResearch
from sim.programmes.finance_bundle import FinanceBundle
from sim.programmes.finance_five_in_one import FiveInOne
from sim.programmes.finance_visits import FinanceVisits
from sim.programmes.fund_angel import FundAngel
from sim.programmes.fund_group import FundGroup
from sim.programmes.fund_haimen import FundHaimen
from sim.programmes.fund_incentive import FundIncentive
from sim.programmes.fund_of_funds import FundOfFunds
from sim.programmes.fund_suketou import FundSuketou
from sim.programmes.gov_bimonthly import Bimonthly
from sim.programmes.gov_campaign import Campaign
from sim.programmes.gov_commission import InnovationCommission
from sim.programmes.gov_htz_reward import ZoneReward
from sim.programmes.gov_ip import GovIp
from sim.programmes.gov_monitoring import DistrictMonitoring
from sim.programmes.gov_outside_inside import OutsideInside
from sim.programmes.gov_size_weights import SizeWeights
from sim.programmes.gov_subsidy_path import SubsidyPath
from sim.programmes.gov_target import CityTarget
from sim.programmes.gov_three_year_plan import ThreeYearPlan
from sim.programmes.gov_zone_plan import ZoneClimb
from sim.programmes.growth_labels import GrowthLabels
from sim.programmes.growth_srdi import GrowthSrdi
from sim.programmes.guarantee_company import GuaranteeCompany
from sim.programmes.hnte_reserve import HnteReserve
from sim.programmes.hnte_review import HnteReview
from sim.programmes.incubation_institute import InstituteIncubators
from sim.programmes.institute_branch import InstituteBranch
from sim.programmes.institute_national import InstituteNational
from sim.programmes.institute_new_type import InstituteNewType
from sim.programmes.loan_hnte_express import HnteExpress
from sim.programmes.loan_inclusive import Inclusive
from sim.programmes.loan_kechuangdai import Kechuangdai
from sim.programmes.loan_sukedai import Sukedai
from sim.programmes.loan_tongkedai import Tongkedai
from sim.programmes.no_application import NoApplication
from sim.programmes.points_platform import PointsPlatform
from sim.programmes.policy30 import Policy30
from sim.programmes.rnd_awards import RndAwards
from sim.programmes.rnd_consortia import RndConsortia
from sim.programmes.rnd_core_tech import RndCoreTech
from sim.programmes.rnd_horse_race import RndHorseRace
from sim.programmes.rnd_jiebang import RndJiebang
from sim.programmes.rnd_transformation import RndTransformation
from sim.programmes.services_brokers import ServicesBrokers
from sim.programmes.small_to_hnte import SmallToHnte
from sim.programmes.space_belt import SciTechBelt
from sim.programmes.space_corridor import SpaceCorridor
from sim.programmes.talent_jianghai import TalentJianghai
from sim.programmes.talent_permits import TalentPermits
from sim.programmes.talent_youth import TalentYouth
from sim.programmes.tax_incentives import TaxIncentives
from sim.programmes.tech_market import TechMarket
from sim.programmes.three_year_action import ThreeYearAction
from sim.programmes.university_centres import UniversityCentres
from sim.programmes.university_events import UniversityEvents
from sim.programmes.university_projects import UniversityProjects
from sim.programmes.whitelist_risk_share import WhitelistRiskShare

CATALOGUE: dict[str, type[Programme]] = {
    "tax.incentives": TaxIncentives,
    "ladder.small_to_hnte": SmallToHnte,
    "hnte.three_year_action": ThreeYearAction,
    "hnte.reserve": HnteReserve,
    "hnte.review": HnteReview,
    "gov.points_platform": PointsPlatform,
    "delivery.roadshows": Roadshows,
    "delivery.assistants": SciTechAssistants,
    "delivery.environment": BusinessEnvironment,
    "delivery.visits": EnterpriseVisits,
    "no_application": NoApplication,
    "award.hnte": AwardHnte,
    "award.library": AwardLibrary,
    "award.keylab": AwardKeylab,
    "award.rd_org": AwardRdOrg,
    "growth.labels": GrowthLabels,
    "growth.srdi": GrowthSrdi,
    "policy30": Policy30,
    "whitelist.risk_share": WhitelistRiskShare,  # before the others: a large loan is taken whole
    "loan.sukedai": Sukedai,
    "loan.tongkedai": Tongkedai,
    "loan.kechuangdai": Kechuangdai,
    "loan.inclusive": Inclusive,
    "loan.hnte_express": HnteExpress,
    "guarantee.citycompany": GuaranteeCompany,
    "finance.bundle": FinanceBundle,
    "finance.visits": FinanceVisits,
    "finance.five_in_one": FiveInOne,  # after the guarantee company, which is one of its parties
    "talent.jianghai": TalentJianghai,
    "talent.youth_grants": TalentYouth,
    "talent.permits": TalentPermits,
    "edu.vocational": EduVocational,
    "edu.apprentices": EduApprentices,
    "university.events": UniversityEvents,
    "university.transfer_centres": UniversityCentres,
    "university.joint_projects": UniversityProjects,
    "services.brokers": ServicesBrokers,
    "platform.tech_market": TechMarket,
    "institute.national": InstituteNational,
    "institute.new_type": InstituteNewType,
    "institute.branch": InstituteBranch,
    "carrier.incubators": CarrierIncubators,
    "carrier.chain": CarrierChain,
    "carrier.reit": CarrierReit,
    "incubation.institute": InstituteIncubators,
    "space.belt": SciTechBelt,
    "space.corridor": SpaceCorridor,
    "enclave.incubator": EnclaveIncubator,
    "enclave.research": EnclaveResearch,
    "enclave.manufacture": EnclaveManufacture,
    "fund.suketou": FundSuketou,
    "fund.of_funds": FundOfFunds,
    "fund.angel": FundAngel,
    "fund.incentive": FundIncentive,
    "fund.group": FundGroup,
    "fund.haimen": FundHaimen,
    "rnd.jiebang": RndJiebang,
    "rnd.horse_race": RndHorseRace,
    "rnd.consortia": RndConsortia,
    "rnd.transformation": RndTransformation,
    "rnd.core_tech": RndCoreTech,
    "rnd.awards": RndAwards,
    "gov.ip": GovIp,
    "attraction.modes": AttractionModes,
    "attraction.investment": AttractionInvestment,
    "attraction.fairs": AttractionFairs,
    "attraction.recognition": AttractionRecognition,
    "attraction.screen": AttractionScreen,
    "attraction.staff": AttractionStaff,
    "attraction.campaign": AttractionCampaign,
    "gov.outside_inside": OutsideInside,
    "gov.subsidy_path": SubsidyPath,
    "gov.size_weights": SizeWeights,
    "gov.three_year_plan": ThreeYearPlan,
    "gov.campaign": Campaign,
    "gov.commission": InnovationCommission,
    "gov.bimonthly": Bimonthly,
    "gov.monitoring": DistrictMonitoring,
    "gov.htz_reward": ZoneReward,
    "gov.target": CityTarget,
    "gov.zone_plan": ZoneClimb,
}

LOAN_PRODUCTS = {name: cls.lends for name, cls in CATALOGUE.items() if cls.lends}


def build(numbers, names) -> list[Programme]:
    """The programmes of a package with their terms, in catalogue order."""
    return [cls(**numbers.terms(name)) for name, cls in CATALOGUE.items() if name in set(names)]


__all__ = ["CATALOGUE", "LOAN_PRODUCTS", "Funded", "Programme", "build"]
