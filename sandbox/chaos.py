"""Chaos: faults on purpose, each as often as the settings say, and repeatable for one seed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

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
FAULTS = tuple(field.name for field in fields(ChaosSettings))


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


def parse_chaos(params: Mapping[str, str], current: ChaosSettings) -> ChaosSettings:
    """Settings from form fields: a preset (mood=rough), rates of single faults (dropped=0.5), or both.

    Without a preset every fault that is not named keeps its rate. ValueError where a name or a rate is wrong.
    """
    if not params:
        raise ValueError(f"say which: mood={' or '.join(PRESETS)}, or the rate of a fault, such as dropped=0.5")
    mood = params.get("mood")
    if mood is not None and mood not in PRESETS:
        raise ValueError(f"choose one of {', '.join(PRESETS)}")
    rates = {name: _rate(name, value) for name, value in params.items() if name != "mood"}
    return replace(current if mood is None else PRESETS[mood], **rates)


def _rate(fault: str, text: str) -> float:
    if fault not in FAULTS:
        raise ValueError(f"there is no fault {fault}; there are {', '.join(FAULTS)}")
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{fault} must be from 0 to 1, not {text!r}") from None


def describe_chaos(settings: ChaosSettings) -> str:
    """The faults that occur, each with its rate."""
    rates = [f"{fault.replace('_', ' ')} {rate:g}" for fault, rate in asdict(settings).items() if rate]
    return ", ".join(rates) or "all is calm"


def fault_occurs(world: World, fault: str, subject: str) -> bool:
    """Whether this fault occurs for this subject. The same seed gives the same answer, however often asked."""
    rate = getattr(current_chaos(world), fault)
    return bool(rate and world.random.chance(f"{fault}:{subject}") < rate)
