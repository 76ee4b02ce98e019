"""A sandbox's key and signing secret: random, made at the first start, readable by us alone."""

import json
import secrets
from pathlib import Path


def sandbox_keys(var_dir: Path) -> dict[str, str]:
    """The keys of the sandbox in this directory: `api_key`, `endpoint_secret`, `seed`. Made once, then kept."""
    path = var_dir / "sandbox-keys.json"
    try:
        kept: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        kept = {
            "api_key": "sk_test_sandbox_" + secrets.token_hex(16),
            "endpoint_secret": "whsec_" + secrets.token_hex(24),
            "seed": str(secrets.randbits(32)),  # a twin begun anew must not give old ids again
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(kept))
    return kept
