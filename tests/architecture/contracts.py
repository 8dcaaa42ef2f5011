"""Two kinds of import contract that import-linter does not bring: private models and pure packages."""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules


class PrivateModels(Contract):
    """The `models` of each owner are imported by the owner's own package and by the readers alone."""

    type_name = "private_models"
    owners = fields.ListField(subfield=fields.ModuleExpressionField())
    readers = fields.ListField(subfield=fields.ModuleExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find each direct import from outside."""
        readers = _expanded(graph, self.readers)
        breaches: list[tuple[str, str]] = []
        for owner in _expanded(graph, self.owners):
            for module in _package(graph, f"{owner}.models"):
                for importer in graph.find_modules_that_directly_import(module):
                    if not any(_within(importer, package) for package in (owner, *readers)):
                        breaches.append((importer, module))
        return ContractCheck(kept=not breaches, metadata={"breaches": sorted(breaches)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line per import."""
        for importer, module in check.metadata["breaches"]:
            output.print_error(f"{importer} imports {module}: call the owner's queries or operations instead")


class Pure(Contract):
    """The packages import the standard library, the allowed packages and themselves, nothing else."""

    type_name = "pure"
    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    allowed = fields.ListField(subfield=fields.ModuleExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find each direct import of anything else."""
        outside = [expression.expression for expression in self.allowed]  # type: ignore[attr-defined]
        allowed = [*_expanded(graph, self.allowed), *outside]
        breaches: list[tuple[str, str]] = []
        for package in _expanded(graph, self.modules):
            for module in _package(graph, package):
                for imported in graph.find_modules_directly_imported_by(module):
                    ours = any(_within(imported, name) for name in (package, *allowed))
                    if not ours and imported.partition(".")[0] not in sys.stdlib_module_names:
                        breaches.append((module, imported))
        return ContractCheck(kept=not breaches, metadata={"breaches": sorted(breaches)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line per import."""
        for module, imported in check.metadata["breaches"]:
            output.print_error(f"{module} imports {imported}: rules and kernel are pure")


def _expanded(graph: ImportGraph, expressions: object) -> list[str]:
    modules = module_expressions_to_modules(graph, expressions, as_packages=False)  # type: ignore[arg-type]
    return sorted(module.name for module in modules if not graph.is_module_squashed(module.name))


def _package(graph: ImportGraph, name: str) -> list[str]:
    """The module and everything in it; nothing if it is not there."""
    if name not in graph.modules:
        return []
    return sorted({name, *graph.find_descendants(name)})


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
