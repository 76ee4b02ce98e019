"""What a command says names itself as people type it on this machine."""

import pytest

from called_as import NAME_VARIABLE, CommandConsole, as_called


@pytest.mark.parametrize(
    ("name", "shown"), [(None, "./farthing audit"), ("", "./farthing audit"), ("farthing", "farthing audit")]
)
def test_a_sentence_names_the_command_as_it_is_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str | None, shown: str
) -> None:
    """In a checkout, and where docs/deploy/farthing is installed."""
    monkeypatch.delenv(NAME_VARIABLE, raising=False)
    if name is not None:
        monkeypatch.setenv(NAME_VARIABLE, name)
    assert as_called("Run ./farthing audit.") == f"Run {shown}."
    CommandConsole(soft_wrap=True).print("Run [bold]./farthing audit[/bold].")
    assert capsys.readouterr().out == f"Run {shown}.\n"
