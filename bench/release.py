"""`./farthing release`: what a release is made of, as a CycloneDX list (SBOM) of everything that the lock pins.

It goes into `dist/`, beside what is released, and not into the repository. The same lock gives the same bytes.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from bench.web_process import HERE

LOCK = HERE / "requirements.lock"
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


class Incomplete(RuntimeError):
    """The list lacks something that the lock pins, or has it without its hashes."""


def write_sbom(folder: Path) -> Path:
    """Write the list into this folder; returns its path. Raises Incomplete."""
    version = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]["version"]
    target = folder / f"farthing-{version}.cdx.json"
    folder.mkdir(parents=True, exist_ok=True)
    program = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml"]
    options = ["--mc-type", "application", "--output-reproducible", "--of", "JSON", "-o", str(target), LOCK.name]
    subprocess.run([*program, *options], cwd=HERE, check=True, capture_output=True)
    listed = components(target)
    pinned = dict(_PINNED.findall(LOCK.read_text()))
    missing = sorted(name for name, number in pinned.items() if listed.get(name) != number)
    if missing:
        raise Incomplete(f"the list lacks {', '.join(missing)}")
    return target


def components(sbom: Path) -> dict[str, str]:
    """The version of each component that the list has with a hash."""
    parts = json.loads(sbom.read_text())["components"]
    return {part["name"]: part["version"] for part in parts if part["externalReferences"][0]["hashes"]}


def main(folder: Annotated[Path, typer.Argument(help="Where to write it.")] = HERE / "dist") -> None:
    """Write the list of what a release is made of."""
    path = write_sbom(folder)
    typer.echo(f"{path.name}: {len(components(path))} components, each with its version and hashes.")


if __name__ == "__main__":
    typer.run(main)
