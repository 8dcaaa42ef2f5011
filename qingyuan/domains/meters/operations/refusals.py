"""Refusals that several operations of this domain share."""

from qingyuan.kernel.errors import DomainError


class AccountUnknown(DomainError):
    """No account has this number."""

    code = "meters.account_unknown"


class AccountClosed(DomainError):
    """The account is closed or being closed: nothing is hung on it any more."""

    code = "meters.account_closed"


class PremiseMissing(DomainError):
    """The account has no address, so that a point has no place."""

    code = "meters.premise_missing"


class BookUnknown(DomainError):
    """The company has no such book, or it is out of use."""

    code = "meters.book_unknown"


class ModelUnknown(DomainError):
    """The meter is not in stock, and no model is named by which it could be taken in."""

    code = "meters.model_unknown"


class MeterNotInStock(DomainError):
    """The meter is installed, removed or scrapped, or another company's."""

    code = "meters.meter_not_in_stock"


class UsageClassUnknown(DomainError):
    """The company has no such usage class in use."""

    code = "meters.usage_class_unknown"


class ChargeItemUnknown(DomainError):
    """The company has no such charge item in use."""

    code = "meters.charge_item_unknown"


class PlanUnknown(DomainError):
    """The company has no such price plan."""

    code = "meters.plan_unknown"


class MainUnknown(DomainError):
    """The company has no such main point, or it is closed."""

    code = "meters.main_unknown"


class PointNoTaken(DomainError):
    """Another point has this number."""

    code = "meters.point_no_taken"


class RepeatedInFile(DomainError):
    """An earlier row of the same file has this point or meter number."""

    code = "meters.repeated_in_file"


class ChangedMeanwhile(DomainError):
    """Somebody else was faster: the account, meter, point or number is no longer as it was; nothing was changed."""

    code = "meters.changed_meanwhile"


class PointClosed(DomainError):
    """The point is closed."""

    code = "meters.point_closed"
