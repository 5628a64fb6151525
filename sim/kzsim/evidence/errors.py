"""What is raised when the packaged evidence, or a request to it, is wrong."""

from __future__ import annotations


class EvidenceError(Exception):
    """The evidence is wrong or lacks what was asked for; the message names the file or the key."""
