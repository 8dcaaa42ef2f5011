from qingyuan.platform import authority
from qingyuan.platform.declared_app import DeclaredApp


class StaffConfig(DeclaredApp):
    name = "qingyuan.platform.staff"
    label = "staff"

    def ready(self) -> None:
        super().ready()
        from qingyuan.platform.staff.operations.require import require
        from qingyuan.platform.staff.queries.reach import reach

        authority.enter(require=require, reach=reach)
