"""The Django app configuration of every platform app and domain: it enters the app's declarations at start-up."""

from importlib import import_module

from django.apps import AppConfig

from qingyuan.platform import registry


class DeclaredApp(AppConfig):
    """An app whose `declarations` module holds PERMISSIONS, PARAMETERS, NUMBER_KINDS and AUDIT_ACTIONS (each optional)."""

    default_auto_field = "django.db.models.BigAutoField"
    # An apps.py imports this class, so Django finds two there: only the one made from it counts.
    default = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.default = True

    def ready(self) -> None:
        declared = import_module(f"{self.name}.declarations")
        registry.register(
            declared_permissions=getattr(declared, "PERMISSIONS", ()),
            declared_parameters=getattr(declared, "PARAMETERS", ()),
            declared_number_kinds=getattr(declared, "NUMBER_KINDS", ()),
            declared_audit_actions=getattr(declared, "AUDIT_ACTIONS", ()),
        )
