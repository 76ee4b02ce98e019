"""Find what donors read and no translator sees: text of templates and sentences of code that gettext does not pass."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment
from jinja2.lexer import Token

# The desk is in English; a partial of its own begins with an underscore.
DESK = (
    "staff/", "treasury/", "setup/", "organisation/", "webhooks/", "_desk.html", "_pages.html", "campaigns/_form.html",
)  # fmt: skip
# `/api` is for programmers, in English as its fields are.
DESK_NOTES = ("campaigns/_state.html", "web/_csv_columns.html", "api/reference.html")
DONORS_TOO = ("organisation/privacy.html",)
# Printed, numbered, and never to change.
FROZEN = ("receipts/page.html", "receipts/page_2.html", "receipts/receipt.html", "receipts/receipt_2.html")
READ_ALOUD = ("alt", "title", "placeholder", "label", "content", "aria-label", "aria-valuetext", "aria-description")
LETTERS = re.compile(r"[^\W\d_]{2}")
INITIALS = re.compile(r"\b(?:PDF|CSV|JSON)\b")
SENTENCE = re.compile(r"\w+ \w+.* \w+.*[.?!:]$|\w+ \w+ \w+ \w+", re.DOTALL)
WORDS = re.compile(r"^[A-Z][a-z]+$|^[A-Za-z\u2019']+( [\w\u2019',]+)+[.?!:]?$")
GAP = "\ufffc"
ADDRESS = re.compile(r"\S*[/=@]\S*")
IN_SQL = re.compile(r"\b(?:UPDATE SET|BETWEEN|IS NOT NULL|IN \()|length\(| between ")
MARKED = {"translated", "translated_plural", "to_translate", "BadAmount"}
# What these are given is for those who run the installation.
FOR_OTHERS = {"ValueError", "TypeError", "RuntimeError", "AssertionError", "LookupError", "KeyError", "Finding"}


def donors_templates(folder: Path) -> Iterator[Path]:
    """The templates that donors read."""
    for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
        name = path.relative_to(folder).as_posix()
        at_the_desk = name.startswith(DESK) or name in DESK_NOTES or '"_desk.html"' in path.read_text()
        if name not in FROZEN and (name in DONORS_TOO or not at_the_desk):
            yield path


def plain_words(template: str, *, is_html: bool = True) -> list[str]:
    """The words of a template that stand outside of `_()` and `{% trans %}`, also in what is read aloud."""
    text, literals = _outside_of_gettext(template)
    if not is_html:
        return [*_with_letters(text.split("\n")), *literals]
    reader = _Reader()
    reader.feed(text)
    return [*_with_letters(reader.texts), *literals]


def plain_sentences(source: str) -> list[str]:
    """The sentences of a module that are passed to no function of gettext."""
    tree = ast.parse(source)
    passed = {id(part) for call in _calls(tree) if _is_marked(call) for part in ast.walk(call)}
    passed |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    passed |= {id(node.msg) for node in ast.walk(tree) if isinstance(node, ast.Assert)}
    passed |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    return [
        words
        for node in ast.walk(tree)
        if id(node) not in passed and SENTENCE.search(words := _words_of(node)) and not IN_SQL.search(words)
    ]


class _Reader(HTMLParser):
    """What is read on a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        names = READ_ALOUD if tag != "meta" or values.get("name") == "description" else ()
        self.texts += [values[name] or "" for name in names if name in values]
        self.texts += [value or "" for name, value in attrs if name in ("data-done", "data-words")]


def _outside_of_gettext(template: str) -> tuple[str, list[str]]:
    """The template's own text, with a gap for each expression; and literals that an expression would print."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    tokens = list(environment._tokenize(template, None))
    text: list[str] = []
    literals: list[str] = []
    in_trans = False
    for expression in _parts(tokens):
        first = expression[0]
        if first.type == "data":
            text.append("" if in_trans else first.value)
        elif first.type == "block_begin":
            name = expression[1].value
            in_trans = name == "trans" or (in_trans and name != "endtrans")
            text.append("" if in_trans or name == "endtrans" else GAP if name == "include" else "")
        else:
            text.append(GAP)
        if not in_trans and first.type != "data":
            literals += _literals(expression)
    return "".join(text), literals


def _parts(tokens: list[Token]) -> Iterator[list[Token]]:
    """Text, and whole expressions and blocks."""
    part: list[Token] = []
    for token in tokens:
        part.append(token)
        if token.type in ("data", "variable_end", "block_end"):
            yield part
            part = []


def _literals(expression: list[Token]) -> Iterator[str]:
    """Words between quotation marks that are not the first argument of `_`."""
    for n, token in enumerate(expression):
        called = (
            n > 1 and expression[n - 1].type == "lparen" and expression[n - 2].value in ("_", "ngettext", "gettext")
        )
        second = n > 3 and expression[n - 4 : n - 3] and expression[n - 4].value == "ngettext"
        if token.type == "string" and not called and not second and WORDS.match(token.value):
            yield token.value


def _with_letters(texts: list[str]) -> Iterator[str]:
    return (
        words for text in texts if LETTERS.search(words := " ".join(INITIALS.sub("", ADDRESS.sub("", text)).split()))
    )


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _is_marked(call: ast.Call) -> bool:
    callee = call.func
    name = callee.attr if isinstance(callee, ast.Attribute) else callee.id if isinstance(callee, ast.Name) else ""
    to_a_log = isinstance(callee, ast.Attribute) and isinstance(callee.value, ast.Name) and callee.value.id == "log"
    return name in MARKED or name in FOR_OTHERS or to_a_log


def _words_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
    return ""
