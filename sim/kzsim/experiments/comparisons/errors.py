"""Why scenarios cannot be compared."""

from __future__ import annotations


class ComparisonError(ValueError):
    """Scenarios that are not of the same entities, or cannot be taken apart; with what would do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"
