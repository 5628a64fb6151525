"""Engines: each takes a Program and its entities and gives the same Outcome."""
