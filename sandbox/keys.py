"""The API key and webhook secret of a sandbox: random, created at the first start, readable by its owner only."""

import json
import secrets
from pathlib import Path


def sandbox_keys(var_dir: Path) -> dict[str, str]:
    """The keys of the sandbox in this directory: `api_key`, `endpoint_secret`, `seed`. Created once, then read."""
    path = var_dir / "sandbox-keys.json"
    try:
        keys: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        keys = {
            "api_key": "sk_test_sandbox_" + secrets.token_hex(16),
            "endpoint_secret": "whsec_" + secrets.token_hex(24),
            "seed": str(secrets.randbits(32)),  # a new twin must not make the ids of a deleted one again
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(keys))
    return keys
