"""Misbehaviour, seeded and repeatable: how often which thing goes wrong, and whether it does this time."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.world import World


@dataclass(frozen=True)
class Chaos:
    """How often each misfortune strikes, from 0 (never) to 1 (always)."""

    duplicated: float = 0.0
    """A delivery comes twice."""
    reordered: float = 0.0
    """A delivery is overtaken by others, within seconds."""
    delayed: float = 0.0
    """A delivery comes hours later."""
    dropped: float = 0.0
    """A delivery never comes; only the lists of the API know of it."""
    twinned: float = 0.0
    """One change is told by two event objects."""
    old_secret: float = 0.0
    """A delivery is signed with a secret that is no longer valid."""
    rolling_secret: float = 0.0
    """A delivery carries a second signature, of a secret that is being rolled out."""
    old_version: float = 0.0
    """A delivery has the shape of an older API version."""
    api_500: float = 0.0
    """A call is answered 500 and had no effect; its key remembers the 500."""
    api_lost: float = 0.0
    """A call takes effect, and its answer never comes."""
    api_reset: float = 0.0
    """A call takes effect, and the connection breaks instead of an answer."""
    api_429: float = 0.0
    """A call is answered that there were too many."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must be from 0 to 1, not {value}")


CALM = Chaos()
ROUGH = Chaos(
    duplicated=0.1, reordered=0.1, delayed=0.02, dropped=0.01, twinned=0.02, rolling_secret=0.05, api_500=0.01,
    api_lost=0.005, api_reset=0.005, api_429=0.01,
)  # fmt: skip
WILD = Chaos(
    duplicated=0.3, reordered=0.4, delayed=0.1, dropped=0.1, twinned=0.1, old_secret=0.05, rolling_secret=0.1,
    old_version=0.1, api_500=0.05, api_lost=0.02, api_reset=0.03, api_429=0.05,
)  # fmt: skip
MOODS = {"calm": CALM, "rough": ROUGH, "wild": WILD}


def mood(world: World) -> Chaos:
    """How the twin misbehaves at present."""
    if world.chaos is None:
        world.chaos = Chaos(**(world.store.get_value("chaos") or {}))
    chaos: Chaos = world.chaos
    return chaos


def set_mood(world: World, chaos: Chaos) -> None:
    """Misbehave like this from now on, also after a restart."""
    world.store.set_value("chaos", asdict(chaos))
    world.chaos = chaos


def read_mood(params: dict[str, Any]) -> Chaos:
    """A mood by its name, or by single figures: mood=rough, dropped=0.5."""
    if "mood" in params:
        return MOODS[params["mood"]]
    known = {field.name for field in fields(Chaos)}
    return Chaos(**{name: float(value) for name, value in params.items() if name in known and value})


def strikes(world: World, misfortune: str, subject: str) -> bool:
    """Whether this misfortune strikes this subject; the same seed gives the same answer."""
    often = getattr(mood(world), misfortune)
    return bool(often and world.random.chance(f"{misfortune}:{subject}") < often)
