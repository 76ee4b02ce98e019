"""A worker that sends events to one endpoint at a real server."""

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from campaigns.demo import DEMO_ORGANISATION
from database.migrating import require_mode
from database.transactions import reading, writing
from organisation.organisation import OrganisationProfile
from outbox.worker import Worker
from receipts.receipt import PLAIN_LOCALE
from staff.second_factor import SecretBox
from tests.clock import FixedClock
from tests.webhooks.endpoint_server import EndpointServer
from web.pages import Pages
from webhooks.deliveries_store import newest_deliveries, queue_due
from webhooks.delivering import EventCourier, webhook_jobs
from webhooks.endpoint import EventDelivery, WebhookEndpoint
from webhooks.event import EventType, WebhookEvent
from webhooks.posting import EventPoster
from webhooks.schedule import SPREAD
from webhooks.signing import PURPOSE, new_signing_secret
from webhooks.store import add_endpoint, endpoint_by_id, write_events

TEMPLATES = Path(__file__).parents[2] / "templates"
BOX = SecretBox(b"key", PURPOSE)
SECRET = new_signing_secret()


class Sender:
    """A worker with one endpoint at a real server."""

    def __init__(self, engine: Engine, server: EndpointServer, clock: FixedClock) -> None:
        self.engine, self.server, self.clock = engine, server, clock
        require_mode(engine, "test")
        profile = OrganisationProfile(DEMO_ORGANISATION, PLAIN_LOCALE)
        pages = Pages(TEMPLATES, identity=lambda: profile, mode="test", base_url="https://donate.example.org")
        self._pages = pages
        self.courier = self.courier_for(EventPoster(sandbox=True, seconds=0.2))
        self.add_endpoint("we_1", server.url)

    def courier_for(self, poster: EventPoster, box: SecretBox = BOX) -> EventCourier:
        """What sends events by this poster."""
        return EventCourier(self.engine, poster, box, self._pages, self.clock, chance=lambda: SPREAD)

    def add_endpoint(self, identity: str, url: str) -> None:
        """Add an endpoint that wants all events of gifts that are received."""
        with writing(self.engine) as conn:
            add_endpoint(conn, identity, url, ["gift.received"], BOX.seal(SECRET, identity), self.clock())

    def write(self, *causes: str) -> None:
        """Write an event for each cause."""
        events = [WebhookEvent(EventType.GIFT_RECEIVED, cause, {"gift_id": cause}) for cause in causes]
        with writing(self.engine) as conn:
            write_events(conn, events, self.clock())

    def send(self, after: timedelta = timedelta(), by: EventCourier | None = None) -> None:
        """Send what is due, as the worker does it."""
        self.clock.advance(after)
        with writing(self.engine) as conn:
            queue_due(conn, self.clock())
        Worker(self.engine, webhook_jobs(by or self.courier), self.clock).run_due()

    @property
    def deliveries(self) -> list[EventDelivery]:
        """What has become of the endpoint's events."""
        with reading(self.engine) as conn:
            return newest_deliveries(conn, "we_1", 50)

    @property
    def endpoint(self) -> WebhookEndpoint:
        """The endpoint as it is now."""
        with reading(self.engine) as conn:
            endpoint = endpoint_by_id(conn, "we_1")
        assert endpoint is not None
        return endpoint

    @property
    def sent(self) -> list[str]:
        """The gifts of which the endpoint was told, in order."""
        return [json.loads(body)["data"]["gift_id"] for _, body in self.server.requests]
