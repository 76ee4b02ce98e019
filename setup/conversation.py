"""A conversation while setting up: one question after another, at a terminal or from what a command was given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from setup.answers import NotAnAnswer
from setup.draft import SetupDraft

AnswerOf = TypeVar("AnswerOf")


class Prompt(Protocol):
    """Asks a question at a terminal, and returns what was typed. Enter gives the default."""

    def __call__(self, question: str, *, default: str, secret: bool) -> str:
        """What was typed."""


class Say(Protocol):
    """Prints a sentence."""

    def __call__(self, sentence: str, style: str | None = None) -> None:
        """Print it."""


class WrongOption(ValueError):
    """What was given with the command cannot be used; the message names the option and says what to type."""


@dataclass
class Conversation:
    """Asks one question after another. What was given with the command is not asked.

    `prompt` is None where nobody can be asked; `unanswered` then names what is missing. What is typed is kept in the
    `draft` at once, but for secrets; what stands there is not asked again.
    """

    given: Mapping[str, str | None]
    say: Say
    prompt: Prompt | None
    unanswered: list[str] = field(default_factory=list)
    asked: int = 0
    draft: SetupDraft = field(default_factory=SetupDraft)

    def answer(
        self, option: str, question: str, read: Callable[[str], AnswerOf], *, default: str = "", secret: bool = False
    ) -> AnswerOf | None:
        """The answer, read; None where nobody can be asked. A wrong one is asked again."""
        given = self.given.get(option)
        if given is not None:
            return self._of_option(option, given, read)
        before = None if secret else self._of_draft(option, question, read)
        if before is not None:
            return before
        if self.prompt is None:
            if not default:
                self.unanswered.append(option)
                return None
            return read(default)
        while True:
            self.asked += 1
            typed = self.prompt(f"  {question}", default=default, secret=secret)
            try:
                answer = read(typed)
            except NotAnAnswer as mistake:
                self.say(f"  {mistake}", "red")
                continue
            if not secret:
                self.draft.keep(option, typed)
            return answer

    def is_given(self, *options: str) -> bool:
        """Whether one of these was given with the command."""
        return any(self.given.get(option) is not None for option in options)

    def _of_draft(self, option: str, question: str, read: Callable[[str], AnswerOf]) -> AnswerOf | None:
        typed = self.draft.typed(option)
        if typed is None:
            return None
        try:
            answer = read(typed)
        except NotAnAnswer:  # the world has changed since: it is asked again
            return None
        self.say(f"  {question}: {typed.strip() or 'nothing'} (as you said before)")
        return answer

    def _of_option(self, option: str, given: str, read: Callable[[str], AnswerOf]) -> AnswerOf:
        try:
            return read(given)
        except NotAnAnswer as mistake:
            raise WrongOption(f"--{option}: {mistake}") from None
