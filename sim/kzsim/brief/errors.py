"""Why a brief cannot be made."""

from __future__ import annotations


class BriefError(Exception):
    """Of this study, or in this way, no brief can be made; nothing was written."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"
