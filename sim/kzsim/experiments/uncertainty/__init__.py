"""Studies over what is not known about the border: see docs/uncertainty.md."""
