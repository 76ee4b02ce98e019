"""What pages show of the organisation: the shape of what `organisation/` hands them, which stands above `web/`."""

from collections.abc import Sequence
from typing import Protocol


class Recipient(Protocol):
    """Who receives the gifts, as every page names them (`organisation.organisation.Organisation`)."""

    @property
    def name(self) -> str:
        """The legal name."""
        ...

    @property
    def address(self) -> tuple[str, ...]:
        """The postal address, line by line."""
        ...

    @property
    def email(self) -> str:
        """Where donors write to."""
        ...

    @property
    def imprint(self) -> str:
        """The imprint, which stands on every page."""
        ...

    @property
    def url(self) -> str:
        """The recipient's own website, or nothing."""
        ...

    @property
    def legal_note(self) -> str:
        """A sentence on what the recipient is in law, or nothing."""
        ...

    @property
    def timezone(self) -> str:
        """The time zone in which instants are written."""
        ...


class Appearance(Protocol):
    """How pages look (`organisation.organisation.Look`)."""

    @property
    def colour(self) -> str | None:
        """The one colour, `#rrggbb`; None for the product's own."""
        ...

    @property
    def logo(self) -> str | None:
        """The hash of the logo, if there is one."""
        ...


class PublicNotices(Protocol):
    """What every page tells its readers (`organisation.organisation.Notices`)."""

    @property
    def transparency(self) -> str:
        """What becomes of a donor's details, in one or two sentences, or nothing."""
        ...


class ShownOrganisation(Protocol):
    """What pages show of the organisation (`organisation.organisation.OrganisationProfile`)."""

    @property
    def organisation(self) -> Recipient:
        """Who receives the gifts."""
        ...

    @property
    def locale(self) -> str:
        """How amounts and dates are written, such as `en_GB`."""
        ...

    @property
    def languages(self) -> Sequence[str]:
        """What donors may choose besides the language of its locale, such as `cy`."""
        ...

    @property
    def framed_by(self) -> Sequence[str]:
        """The origins of websites that may show a campaign's widget."""
        ...

    @property
    def look(self) -> Appearance:
        """Its colour and logo."""
        ...

    @property
    def notices(self) -> PublicNotices:
        """Its notices."""
        ...

    @property
    def is_watched(self) -> bool:
        """Whether it is under rules on political donations, or was, or will be."""
        ...

    @property
    def gift_aid_charity(self) -> str:
        """The name of the charity that Gift Aid may be declared to; nothing where it is not claimed."""
        ...

    @property
    def hmrc_reference(self) -> str:
        """How HMRC knows the charity."""
        ...
