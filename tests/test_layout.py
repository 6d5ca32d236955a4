"""Imports go one way, and modules are named after what they hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

import rag

PACKAGE = Path(__file__).parents[1] / "rag"
FILES = sorted(PACKAGE.rglob("*.py"))

CONTRACTS = {"types", "errors"}
LOWEST = {*CONTRACTS, "models", "settings"}
FLOWS = {"ingest", "chat"}
FACADE = {"library"}
INTERFACES = {"cli", "web", "conversations", "shown", "records", "evaluate"}
BACKENDS = {"embed", "load", "index", "cluster"}
"""Stages that touch the disk or a model; other stages reach them through ``rag.types`` alone."""
HEAVY = {
    *("torch", "faiss", "transformers", "sentence_transformers", "gradio", "tantivy", "tokenizers"),
    *("xllamacpp", "httpx", "pymilvus", "grpc", "ray", "pyarrow", "openvino"),
}


def module_of(path: Path) -> str:
    """The stage that a file belongs to: the first name after ``rag``."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def level_of(module: str) -> int:
    for level, modules in enumerate((LOWEST, None, FLOWS, FACADE, INTERFACES)):
        if modules is not None and module in modules:
            return level
    return 1


def imports_of(path: Path, *, only_at_the_top: bool = False) -> set[str]:
    """Names of imported modules; those for the type checker alone are left out."""
    found: set[str] = set()
    nodes: list[ast.AST] = [ast.parse(path.read_text())]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if only_at_the_top and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        nodes += ast.iter_child_nodes(node)
    return found


def stages_imported_by(path: Path) -> set[str]:
    imported = {name.split(".")[1] for name in imports_of(path) if name.startswith("rag.")}
    return {
        name for name in imported if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    module = module_of(path)
    if module == "__init__":
        return
    level = level_of(module)
    allowed = {other for other in stages_imported_by(path) if level_of(other) <= level}
    assert stages_imported_by(path) - allowed == set()
    if module in CONTRACTS:
        assert stages_imported_by(path) <= CONTRACTS
    if level == level_of("retrieval"):
        allowed = {"index", "cluster"} if module in {"index", "cluster"} else {module}
        assert stages_imported_by(path) & BACKENDS <= allowed


def test_what_is_shown_and_kept_knows_no_page() -> None:
    for folder, others in (("shown", {"conversations", "web"}), ("conversations", {"web"})):
        for path in (PACKAGE / folder).glob("*.py"):
            assert stages_imported_by(path) & others == set(), path


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    imported = {name.partition(".")[0] for name in imports_of(path, only_at_the_top=True)}
    assert imported.isdisjoint(HEAVY)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_named_after_what_they_hold(path: Path) -> None:
    assert not re.search(r"util|common|core|base|helper|manager", path.stem)


def test_no_module_hides_a_public_name() -> None:
    """Importing ``rag.ask`` would put the module in place of the function ``rag.ask``."""
    functions = {name for name in rag.__all__ if not isinstance(getattr(rag, name), ModuleType)}
    assert functions.isdisjoint({module_of(path) for path in FILES})
