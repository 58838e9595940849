"""Local copies of the pinned scripts, taken from the npm registry and accepted only with the hash
the pages name.
"""

import base64
import hashlib
import io
import tarfile
import urllib.request

from webapp.web.assets import SCRIPTS, STATIC, Script

_MOST_BYTES = 20_000_000


def fetch(registry: str) -> list[str]:
    """Put every missing script into static/vendor; answers what was done, in words. Raises OSError
    when the registry is unreachable.
    """
    done = []
    for script in SCRIPTS:
        path = STATIC / script.local_name
        if path.exists() and integrity_of(path.read_bytes()) == script.integrity:
            done.append(f"{script.local_name} is there")
            continue
        data = _from_tarball(script, registry.rstrip("/"))
        if integrity_of(data) != script.integrity:
            raise OSError(f"{script.package} {script.version} does not have the expected hash")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        done.append(f"{script.local_name} fetched")
    return done


def integrity_of(data: bytes) -> str:
    """The hash as a page's `integrity` attribute writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def _from_tarball(script: Script, registry: str) -> bytes:
    url = f"{registry}/{script.package}/-/{script.package}-{script.version}.tgz"
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (the operator names it)
        tarball = answer.read(_MOST_BYTES)
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        member = archive.extractfile(f"package/{script.file}")
        if member is None:
            raise OSError(f"{script.package} has no {script.file}")
        return member.read()
