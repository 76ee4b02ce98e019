"""Chaos: faults on purpose, each as often as the settings say, and repeatable for one seed."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.world import World


@dataclass(frozen=True)
class ChaosSettings:
    """How often each fault occurs, from 0 (never) to 1 (always)."""

    duplicated: float = 0.0
    """An event is delivered twice."""
    reordered: float = 0.0
    """A delivery comes some seconds later, after others that were queued behind it."""
    delayed: float = 0.0
    """A delivery comes hours later."""
    dropped: float = 0.0
    """An event is never delivered; only the API's list of events has it."""
    twinned: float = 0.0
    """One change makes two event objects, with two ids."""
    old_secret: float = 0.0
    """A delivery is signed with a secret that is no longer valid."""
    rolling_secret: float = 0.0
    """A delivery has a second signature, by a secret that is being rolled out."""
    old_version: float = 0.0
    """A delivery has the shape of an older API version."""
    api_500: float = 0.0
    """A call fails with status 500 and has no effect; its idempotency key keeps the 500."""
    api_lost: float = 0.0
    """A call takes effect, and its response never arrives."""
    api_reset: float = 0.0
    """A call takes effect, and the connection breaks instead of a response."""
    api_429: float = 0.0
    """A call fails with status 429, as if there had been too many."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must be from 0 to 1, not {value}")


CALM = ChaosSettings()
ROUGH = ChaosSettings(
    duplicated=0.1, reordered=0.1, delayed=0.02, dropped=0.01, twinned=0.02, rolling_secret=0.05, api_500=0.01,
    api_lost=0.005, api_reset=0.005, api_429=0.01,
)  # fmt: skip
WILD = ChaosSettings(
    duplicated=0.3, reordered=0.4, delayed=0.1, dropped=0.1, twinned=0.1, old_secret=0.05, rolling_secret=0.1,
    old_version=0.1, api_500=0.05, api_lost=0.02, api_reset=0.03, api_429=0.05,
)  # fmt: skip
PRESETS = {"calm": CALM, "rough": ROUGH, "wild": WILD}


def current_chaos(world: World) -> ChaosSettings:
    """The chaos settings now; all zero until they are set."""
    if world.chaos is None:
        world.chaos = ChaosSettings(**(world.store.get_value("chaos") or {}))
    settings: ChaosSettings = world.chaos
    return settings


def set_chaos(world: World, settings: ChaosSettings) -> None:
    """Use these settings from now on, also after a restart."""
    world.store.set_value("chaos", asdict(settings))
    world.chaos = settings


def parse_chaos(params: dict[str, Any]) -> ChaosSettings:
    """Settings from form fields: the name of a preset (mood=rough), or rates of single faults (dropped=0.5)."""
    if "mood" in params:
        return PRESETS[params["mood"]]
    faults = {field.name for field in fields(ChaosSettings)}
    return ChaosSettings(**{name: float(value) for name, value in params.items() if name in faults and value})


def fault_occurs(world: World, fault: str, subject: str) -> bool:
    """Whether this fault occurs for this subject. The same seed gives the same answer, however often asked."""
    rate = getattr(current_chaos(world), fault)
    return bool(rate and world.random.chance(f"{fault}:{subject}") < rate)
