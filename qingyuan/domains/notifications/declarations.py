"""What this app declares to platform: permissions, parameters, number kinds, audit actions. Data only."""

from decimal import Decimal

from qingyuan.kernel.declarations import AuditAction, NumberKind, Parameter, ParameterType, Permission

VIEW = "notifications.view"
SEND = "notifications.send"
TEXTS = "notifications.texts"

PERMISSIONS = (
    Permission(VIEW, "See notices and what came of them"),
    Permission(SEND, "Hand notices over in batches and take results in"),
    Permission(TEXTS, "Keep the texts of notices"),
)

TELL_BILLS = "notifications.tell_bills"
TELL_ZERO_BILLS = "notifications.tell_zero_bills"
CHANNEL = "notifications.channel"
LANGUAGE = "notifications.language"
QUIET_FROM = "notifications.quiet_from"
QUIET_UNTIL = "notifications.quiet_until"
BATCH_SIZE = "notifications.batch_size"

PARAMETERS = (
    Parameter(
        TELL_BILLS,
        ParameterType.BOOLEAN,
        True,
        "Notices of issued bills",
        "Each issued bill of the unit gets a notice in the queue.",
    ),
    Parameter(
        TELL_ZERO_BILLS,
        ParameterType.BOOLEAN,
        False,
        "Notices of bills of nothing",
        "Bills of 0.00 yuan get a notice too.",
    ),
    Parameter(
        CHANNEL,
        ParameterType.CHOICE,
        "SMS",
        "Channel of notices",
        "By what accounts are told that have not asked for another channel.",
        choices=("SMS", "PAPER"),
    ),
    Parameter(
        LANGUAGE,
        ParameterType.CHOICE,
        "zh-hans",
        "Language of notices",
        "The language for accounts that have not asked for another one.",
        choices=("zh-hans", "en"),
    ),
    Parameter(
        QUIET_FROM,
        ParameterType.INTEGER,
        21,
        "Quiet hours begin, full hour",
        "From this hour on no short message is to be sent; equal to the end: there are no quiet hours.",
        minimum=Decimal(0),
        maximum=Decimal(23),
    ),
    Parameter(
        QUIET_UNTIL,
        ParameterType.INTEGER,
        8,
        "Quiet hours end, full hour",
        "From this hour on short messages may be sent.",
        minimum=Decimal(0),
        maximum=Decimal(23),
    ),
    Parameter(
        BATCH_SIZE,
        ParameterType.INTEGER,
        50000,
        "Notices per batch",
        "A batch takes at most so many notices; the rest waits for the next one.",
        minimum=Decimal(1),
        maximum=Decimal(100000),
    ),
)

BATCH_NUMBERS = "notifications.batch"

NUMBER_KINDS = (NumberKind(BATCH_NUMBERS, "Notice batch number", prefix="N", date_part="%Y%m", width=4),)

AUDIT_ACTIONS = (
    AuditAction("notifications.queued", "Notices queued"),
    AuditAction("notifications.queued_by_hand", "Notice queued by hand"),
    AuditAction("notifications.queueing_resumed", "Queueing of notices taken up again"),
    AuditAction("notifications.text_changed", "Text of notices changed"),
    AuditAction("notifications.batch_made", "Batch of notices made"),
    AuditAction("notifications.batch_downloaded", "File of a batch of notices downloaded"),
    AuditAction("notifications.results_taken", "Results of notices taken in"),
)
