"""What people read, in English, Russian, Kazakh and Chinese: sentences, names, numbers, dates and type.

A fixed text is written once, in English, where it is used: ``say("Crossing time, hours")``. The English
text is the key of its translations in ``catalogues``; ``docs/renew_catalogues.py`` collects the texts.
"""

from __future__ import annotations

from kzsim.language.catalogue import LANGUAGES, Translations, phrase
from kzsim.language.speak import Speaker, speaker

__all__ = ["LANGUAGES", "Speaker", "Translations", "phrase", "speaker"]
