"""Plain values that take a while to work out, kept in the user's folder for what can be made again."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kzsim.codecache import user_folder

_FOLDER = "remembered"


def remembered(kind: str, source: str, make: Callable[[], Any]) -> Any:
    """What ``make`` gives, or gave in another process: values as in JSON, which ``source`` alone decides.

    ``source`` also says what else decides it, such as the version of a library. A folder that cannot be
    written and a damaged file are no errors: the value is made again.
    """
    name = hashlib.sha256(source.encode()).hexdigest()[:32]
    try:
        path = user_folder() / _FOLDER / f"{kind}-{name}.json"
    except RuntimeError:  # there is no home folder
        return make()
    with suppress(OSError, ValueError, LookupError, TypeError):
        kept = json.loads(path.read_bytes())
        if kept["is"] == name:
            return kept["value"]
    value = make()
    temporary = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            temporary.write_text(json.dumps({"is": name, "value": value}), encoding="utf-8")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return value
