"""All migrations of an empty database, quickly (首次建表).

Django renders every related model anew after each operation, so that code in a migration sees a whole world of models.
In ours everything hangs on the organisation's units, so that is nearly all models for each of some hundreds of
operations. No migration of ours runs such code; tables, constraints and indexes need the operation's own model alone.
A nightly test makes the database both ways and compares what pg_dump says.
"""

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class FirstState(ProjectState):
    """A project state that renders the changed model alone."""

    def _find_reload_model(self, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
        return {(app_label, model_name.lower())}


def migrate() -> bool:
    """Bring the default database up to this version; False if there was nothing to do.

    A database with any migration applied goes Django's own way.
    """
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(targets)
    if not plan:
        return False
    if executor.loader.applied_migrations:
        call_command("migrate", interactive=False, verbosity=0)
        return True
    emit_pre_migrate_signal(0, False, connection.alias, apps=apps, plan=plan)
    executor.migrate(targets, plan, state=FirstState(real_apps=executor.loader.unmigrated_apps))
    emit_post_migrate_signal(0, False, connection.alias, apps=apps, plan=plan)
    return True
