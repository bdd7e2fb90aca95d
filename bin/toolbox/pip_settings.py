"""Tell uv what pip was told about this machine: uv reads no pip.conf. Nothing is written to a file."""

import ast
import subprocess
from pathlib import Path

UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}
SEPARATORS = {"UV_FIND_LINKS": ","}

# From the weakest to the strongest, as pip ranks them.
SECTIONS = ("global", "install", ":env:")


def uv_environment(python: Path) -> dict[str, str]:
    """Return environment variables for uv, as the pip of the given Python is configured."""
    listing = subprocess.run(
        [python, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    # pip asks every index and takes the best version; every file is checked against its hash in any case.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match"} | translate(listing)


def translate(listing: str) -> dict[str, str]:
    """Translate the lines of `pip config list`, such as `global.index-url='...'`."""
    settings = dict(line.split("=", 1) for line in listing.splitlines() if "=" in line)
    variables = {}
    for section in SECTIONS:
        for pip_name, uv_name in UV_NAMES.items():
            if value := settings.get(f"{section}.{pip_name}"):
                words = str(ast.literal_eval(value)).split()
                variables[uv_name] = SEPARATORS.get(uv_name, " ").join(words)
    return variables
