"""Writes of tariffs."""

from qingyuan.domains.tariffs.models import TaxTreatment
from qingyuan.domains.tariffs.operations.charges import (
    CodeTaken,
    NewChargeItem,
    NewUsageClass,
    TaxRateMissing,
    create_charge_item,
    create_usage_class,
)
from qingyuan.domains.tariffs.operations.plans import (
    AssignmentsOverlap,
    ImportedVersion,
    NothingPublished,
    OtherKind,
    PublishedVersion,
    UnknownClass,
    VersionsOverlap,
    assign,
    export_version,
    import_version,
    publish,
)

__all__ = [
    "AssignmentsOverlap",
    "CodeTaken",
    "ImportedVersion",
    "NewChargeItem",
    "NewUsageClass",
    "NothingPublished",
    "OtherKind",
    "PublishedVersion",
    "TaxRateMissing",
    "TaxTreatment",
    "UnknownClass",
    "VersionsOverlap",
    "assign",
    "create_charge_item",
    "create_usage_class",
    "export_version",
    "import_version",
    "publish",
]
