"""Templates as Python code, kept while the process runs.

A process that makes many sites, as the suite does, compiles each template once for each wording, and not for each site.
"""

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_COMPILED: dict[tuple[object, str, str], CodeType] = {}


class TemplateCode(BytecodeCache):
    """What Jinja has compiled, by template, by the checksum of its source and by wording.

    The wording counts because Jinja applies a filter to a constant while it compiles.
    """

    def __init__(self, wording: object) -> None:
        self._wording = wording

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what was compiled of this source."""
        bucket.code = _COMPILED.get((self._wording, bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was just compiled."""
        if bucket.code is not None:
            _COMPILED[self._wording, bucket.key, bucket.checksum] = bucket.code
