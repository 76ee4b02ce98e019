"""What `.env` and the environment say, as far as setting up needs it, and the file that setting up writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from setup.env_file import write_env_settings

BASE_URL, API_KEY, WEBHOOK_SECRETS = "BASE_URL", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS"
API_BASE = "STRIPE_API_BASE"
SMTP_URL, MAIL_FROM = "SMTP_URL", "MAIL_FROM"
MOST_SECRETS = 2
"""The present one and the retiring one."""


@dataclass(frozen=True, slots=True)
class Environment:
    """An installation's settings, which need not be complete yet. `mode` is sandbox, test or live.

    `mail_host` is the name of the mail server; None while letters are only kept.
    """

    mode: str
    base_url: str | None
    api_key: str | None
    api_base: str | None
    secrets: Sequence[str]
    mail_host: str | None = None


class SettingIsElsewhere(ValueError):
    """A variable of the environment comes before `.env`: what is written there would not be read."""


@dataclass(frozen=True)
class EnvironmentFile:
    """The file `.env`. `read` gives the settings as they are now, `overrides` the variables that come before it."""

    path: Path
    prefix: str
    read: Callable[[], Environment]
    overrides: Callable[[], Mapping[str, str]]

    def write(self, values: Mapping[str, str]) -> bool:
        """Set these settings; returns whether anything changed. Raises SettingIsElsewhere and CannotWriteSetting."""
        named = {self.prefix + name: value for name, value in values.items()}
        if hidden := sorted(set(named) & set(self.overrides())):
            raise SettingIsElsewhere(
                f"{', '.join(hidden)} is set in the environment, which comes before {self.path.name}."
                " Remove it there, or change it there."
            )
        return write_env_settings(self.path, named)

    def keep_secret(self, secret: str) -> None:
        """Put a new signing secret in front of the present one, which retires."""
        secrets = [secret, *(old for old in self.read().secrets if old != secret)]
        self.write({WEBHOOK_SECRETS: ",".join(secrets[:MOST_SECRETS])})
