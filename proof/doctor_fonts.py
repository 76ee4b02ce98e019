"""Whether donors' names can be printed: the doctor's finding about fonts."""

from ledger.finding import Finding, Status, unchecked
from receipts.machine_fonts import NoFontconfig, scripts_without_fonts
from receipts.scripts import SCRIPTS, packages_of

NAME = "letters on receipts"


def font_finding() -> Finding:
    """The scripts that no font here has. It is no fault until a donor writes their name in one, so it passes."""
    try:
        lacking = scripts_without_fonts()
    except NoFontconfig as error:
        return unchecked(NAME, {}, f"{error}: receipts cannot be printed. Install libfontconfig1.")
    figures: dict[str, object] = {"scripts": f"{len(SCRIPTS) - len(lacking)} of {len(SCRIPTS)}"}
    if not lacking:
        return Finding(NAME, Status.PASSED, figures, "")
    names, packages = ", ".join(script.name for script in lacking), " ".join(packages_of(lacking))
    advice = (
        f"A receipt for a name in one of these waits until there is a font: {names}. "
        f"If you expect such names: apt install {packages}, and restart."
    )
    return Finding(NAME, Status.PASSED, figures, advice)
