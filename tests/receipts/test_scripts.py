"""Names in every script: printed in letters, or not at all, with a word on what to install."""

import io
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from proof.doctor_fonts import font_finding
from receipts.machine_fonts import scripts_without_fonts
from receipts.pdf import FONTS, Printer
from receipts.scripts import (
    BUNDLED,
    NOTO,
    NOTO_CJK,
    SCRIPTS,
    MissingGlyphs,
    Script,
    lacking_scripts,
    missing_words,
    packages_of,
    script_of,
    scripts_with,
)
from tests.receipts.samples import draft, receipt
from tests.receipts.test_pdf import text_of

NOWHERE = "\ue0ff"  # for private use: no font of a distribution has it


@pytest.fixture(scope="module")
def covered() -> frozenset[int]:
    """The letters of the bundled fonts."""
    files = [FONTS / name for name in ("source-sans-3-regular.woff2", "noto-sans-regular.woff2")]
    return frozenset(letter for file in files for letter in TTFont(file).getBestCmap())


def test_the_bundled_fonts_have_every_letter_of_their_alphabets(covered: frozenset[int]) -> None:
    """Latin with its extensions, Greek and Cyrillic, in both weights; no more than 450 kB in all."""
    bold = TTFont(FONTS / "noto-sans-bold.woff2").getBestCmap()
    ranges = ((0xC0, 0x24F), (0x1E00, 0x1EFF), (0x1F00, 0x1F15), (0x400, 0x52F))
    letters = [letter for first, last in ranges for letter in range(first, last + 1)]

    assert [hex(letter) for letter in letters if letter not in covered or letter not in bold] == []
    assert all(lacking_scripts(script.sample, covered) == [] for script in BUNDLED)
    assert sum(file.stat().st_size for file in Path(FONTS).glob("*.woff2")) < 450_000


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_knows_its_own_letters(script: Script) -> None:
    """So that a missing one is called by its name; a script is either bundled or in a package."""
    assert scripts_with(ord(letter) for letter in script.sample) == [script]
    assert bool(script.package) == (script not in BUNDLED)


def test_what_a_text_lacks_is_said_by_script(covered: frozenset[int]) -> None:
    """Each script once, and nothing about letters that are there."""
    lacking = lacking_scripts("Zoë Ünal, Юлия, 王小明 กมล and 李", covered)

    assert [script.name for script in lacking] == ["Thai", "Chinese and Japanese"]
    assert list(packages_of(lacking)) == [NOTO_CJK, NOTO]
    assert script_of(ord(NOWHERE)) is None
    assert missing_words(lacking, 0) == (
        "no font on this machine has the letters of this script: Thai, Chinese and Japanese. Install fonts-noto-cjk "
        "fonts-noto-core (apt install fonts-noto-cjk fonts-noto-core), then restart Farthing."
    )


@pytest.mark.parametrize("name", [script.sample for script in BUNDLED], ids=[script.name for script in BUNDLED])
def test_bundled_letters_are_printed_with_our_own_fonts(printer: Printer, name: str) -> None:
    """On a machine without any other; and can be copied from the paper."""
    printed = printer.print(receipt(draft(donor_name=name)))

    assert text_of(printed).count(name) == 2
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        fonts = [font for font in pdf.objects if isinstance(font, pikepdf.Dictionary) and "/FontName" in font]
        families = {str(font.FontName).partition("+")[2] for font in fonts}
    assert families <= {"Receipt", "Receipt-Semi-Bold", "ReceiptMore", "ReceiptMore-Semi-Bold"}


def test_a_letter_that_no_font_has_stops_the_print(printer: Printer) -> None:
    """And the error, which is kept and shown, names no letter of the donor's."""
    with pytest.raises(MissingGlyphs) as stopped:
        printer.print(receipt(draft(donor_name=f"Zoë {NOWHERE}")))

    assert str(stopped.value) == "1 of the signs are in no font that we know: correct the name that they stand in."
    assert NOWHERE not in str(stopped.value)


def test_a_script_is_printed_or_named_as_lacking(printer: Printer) -> None:
    """What the printer says that it lacks is what it refuses, and a report for the desk still prints."""
    lacking = printer.lacking()
    assert not set(lacking) & set(BUNDLED)

    present = next(script for script in reversed(SCRIPTS) if script not in lacking)
    assert printer.print(receipt(draft(donor_name=present.sample)))
    for script in lacking[-1:]:  # a machine may have all
        with pytest.raises(MissingGlyphs) as refused:
            printer.print(receipt(draft(donor_name=script.sample)))
        assert refused.value.scripts == [script]
    assert printer.print_html(f"<html lang=en><title>t</title><p>{NOWHERE}").startswith(b"%PDF")


def test_the_doctor_knows_what_the_printer_lacks_without_starting_it(printer: Printer) -> None:
    """And says which package to install; it is no fault of the installation."""
    lacking = printer.lacking()
    assert list(scripts_without_fonts()) == list(lacking)

    finding = font_finding()
    assert (finding.name, finding.has_failed) == ("letters on receipts", False)
    assert all(package in finding.advice for package in packages_of(lacking))
