"""The house keeps its own rules; and each rule, tried on a made-up house, can fail."""

from pathlib import Path

import pytest

from tests.architecture import dependencies, kinds, ownership, places, shape
from tests.architecture.made_up import BROKEN, KEPT, Files, Rule
from tests.architecture.pure import PURE
from tests.architecture.reading import Module, read

ROOT = Path(__file__).resolve().parent.parent
RULES: list[Rule] = [
    places.layers,
    places.homes,
    places.purity,
    places.deferred,
    places.cycles,
    places.folders,
    places.folder_order,
    ownership.own_tables,
    ownership.public_names,
    ownership.forwards,
    shape.sizes,
    shape.medians,
    shape.names,
    shape.package_docstrings,
    shape.swallowed,
    shape.mocks,
    shape.floats,
    shape.clocks,
    kinds.kinds,
]


@pytest.fixture(scope="module")
def house() -> list[Module]:
    """The whole project, read once."""
    return read(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule, house: list[Module]) -> None:
    """Every broken rule is one line with file, line number and what to do."""
    broken = list(rule(house))

    assert not broken, "\n" + "\n".join(broken)


def test_every_dependency_is_imported(house: list[Module]) -> None:
    """What nothing imports is installed, audited and updated for nothing."""
    broken = list(dependencies.dependencies(house, (ROOT / "pyproject.toml").read_text()))

    assert not broken, "\n" + "\n".join(broken)


def test_templates_never_print_unescaped() -> None:
    """`safe` would let a donor's name run as a script on the treasurer's desk."""
    broken = list(shape.templates(ROOT))

    assert not broken, "\n" + "\n".join(broken)


def test_every_pure_module_is_there(house: list[Module]) -> None:
    """A renamed module would otherwise slip out of its rule."""
    assert {module.name for module in house} >= PURE


@pytest.mark.parametrize(("rule", "files", "sentence"), BROKEN)
def test_a_broken_rule_is_named_with_file_and_line(rule: Rule, files: Files, sentence: str) -> None:
    """Each rule, tried on a small made-up house."""
    assert list(rule([Module(path, source) for path, source in files.items()])) == [sentence]


def test_every_rule_has_a_house_that_breaks_it() -> None:
    """A rule that cannot fail keeps nothing."""
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


@pytest.mark.parametrize(("rule", "files"), KEPT)
def test_what_is_allowed_passes(rule: Rule, files: Files) -> None:
    """The named exceptions, and what only looks like a breach."""
    assert list(rule([Module(path, source) for path, source in files.items()])) == []


def test_an_unescaped_template_is_named(tmp_path: Path) -> None:
    """The rule for templates, tried on a made-up one."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text("<p>\n{{ name|safe }}")

    assert list(shape.templates(tmp_path)) == ["templates/page.html:2 prints text unescaped."]


def test_an_unused_dependency_is_named() -> None:
    """The rule for dependencies, tried on a made-up project."""
    project = """
        [project]
        dependencies = ["alembic>=1.20,<2", "psycopg[binary]>=3.3", "email-validator>=2.3", "colorama>=1.6"]
        [dependency-groups]
        dev = ["hypothesis>=6", "pypdf==7"]
    """
    house = [
        Module("migrations/env.py", "import alembic"),
        Module("payments/form.py", "import email_validator"),
        Module("tests/a.py", "import colorama, pypdf"),
    ]

    assert list(dependencies.dependencies(house, project)) == [
        "pyproject.toml names colorama, which nothing imports; it needs to go, or a reason.",
        "pyproject.toml names hypothesis, which nothing imports; it needs to go, or a reason.",
    ]
