"""The organisation as it is now, for a process that runs for weeks."""

from sqlalchemy.engine import Engine

from database.transactions import reading
from organisation.organisation import GivingRules, OrganisationProfile
from organisation.store import newest_number, newest_version
from web.errors import Refusal, Trouble
from web.language import to_translate


class NotSetUp(Refusal):
    """A donor's page before anybody has said who receives the gifts."""

    trouble = Trouble(
        503,
        to_translate("Not set up yet"),
        to_translate("Nobody has said yet who receives donations here, so none can be given."),
        to_translate("Come back in a day or two. If this is your page: sign in at the desk and finish setting it up."),
    )


class CurrentOrganisation:
    """What the newest version says, as of the last look.

    `stand_in` is shown until somebody has said who receives the gifts. A look is one question about a number; the
    version itself is read when the number has changed.
    """

    def __init__(self, engine: Engine, stand_in: OrganisationProfile) -> None:
        self._engine = engine
        self._number, self._profile = 0, stand_in

    @property
    def is_set_up(self) -> bool:
        """Whether somebody has said who receives the gifts."""
        return self._number > 0

    @property
    def number(self) -> int:
        """The version's number; 0 before there is one."""
        return self._number

    @property
    def profile(self) -> OrganisationProfile:
        """What the version says."""
        return self._profile

    @property
    def giving(self) -> GivingRules:
        """What donors are offered."""
        return self._profile.giving

    def refresh(self) -> None:
        """Look whether there is a newer version. It takes a connection for itself: call it outside transactions."""
        with reading(self._engine) as conn:
            if newest_number(conn) == self._number:
                return
            version = newest_version(conn, self._profile.organisation.timezone)
        if version is not None:
            self._number, self._profile = version.number, version.profile

    def require_set_up(self) -> None:
        """Refresh, and raise NotSetUp for a page on which somebody could give."""
        self.refresh()
        if not self.is_set_up:
            raise NotSetUp
