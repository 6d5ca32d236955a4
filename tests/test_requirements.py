from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
OWN = {"rag", "app"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def modules_imported() -> set[str]:
    """The packages of others that the code imports, anywhere."""
    found: set[str] = set()
    for path in [ROOT / "app.py", *(ROOT / "rag").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - OWN


def test_whatever_is_imported_is_required() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    required = [
        *project["dependencies"],
        *(requirement for name in ("milvus", "ray", "write") for requirement in extras[name]),
    ]
    declared = {canonical(re.split(r"[\[=]", requirement)[0]) for requirement in required}
    providers = packages_distributions()
    assert {
        module
        for module in modules_imported()
        if declared.isdisjoint(map(canonical, providers.get(module, ())))
    } == set()


def test_what_is_required_is_pinned_alike_for_the_whole_installation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {
        canonical(name): version for name, _, version in (pin.partition("==") for pin in pins)
    }
    for requirement in [*project["dependencies"], *(each for extra in extras for each in extra)]:
        name, _, version = re.sub(r"\[.*\]", "", requirement).partition("==")
        assert pinned[canonical(name)] == version
