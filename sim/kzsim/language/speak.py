"""A Speaker says texts, names and numbers in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kzsim.language import names, numerals
from kzsim.language.catalogue import translations
from kzsim.language.words import words

if TYPE_CHECKING:
    import datetime

    from kzsim.language.catalogue import Translations


class Speaker:
    """Says things in one language; made by ``speaker``.

    Names of keys (``klass``, ``account`` and so on) that are not known, such as those of a model with further
    stages, are said as plain words in English.
    """

    def __init__(self, lang: str, catalogue: Translations) -> None:
        self.lang = lang
        self._catalogue = catalogue
        self._form = numerals.FORMS[lang]

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language, with ``{name}`` replaced by the value of that name.

        ``text`` is written in place, in English; one without a translation is said in English.
        """
        return self._catalogue.gettext(text).format(**values)

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form for ``n`` things; ``{n}`` in it is the number as this language writes it."""
        return self._catalogue.ngettext(one, many, n).format(**{"n": self.number(n, 0), **values})

    def number(self, value: float, digits: int = 1) -> str:
        """A number with so many decimals; a dash for one that is not finite."""
        return self._form.number(value, digits)

    def figure(self, value: float) -> str:
        """A number with three significant figures; whole digits are never replaced by noughts."""
        return self._form.number(value, numerals.places(value))

    def signed(self, value: float, digits: int = 1) -> str:
        """A difference: with its sign, unless it rounds to nought."""
        return self._form.signed(value, digits)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share (1 is all) in per cent; '<1 %' rather than a false nought."""
        return self._form.percent(share, digits)

    def crossing(self, key: str) -> str:
        """Both sides of a crossing: 'Nur Zholy – Khorgos'. The key itself if it is not known."""
        return names.crossing(key, self.lang)

    def stations(self, key: str) -> str:
        """The rail stations of a crossing, 'Altynkol – Khorgos'; its own name if it has none."""
        return names.stations(key, self)

    def direction(self, key: str) -> str:
        """'Kazakhstan to China'."""
        return self._word("direction", key)

    def mode(self, key: str) -> str:
        """'road' or 'rail'."""
        return self._word("mode", key)

    def side(self, key: str) -> str:
        """'Kazakh side', 'Chinese side', 'between the posts'."""
        return self._word("side", key)

    def class_(self, key: str) -> str:
        """A class of trucks or trains: 'perishables'."""
        return self._word("class", key)

    def corridor(self, key: str) -> str:
        """Who uses a green corridor: 'corridor users'."""
        return self._word("corridor", key)

    def account(self, key: str) -> str:
        """Where time went: 'quota used up'."""
        return self._word("account", key)

    def binds(self, key: str) -> str:
        """What limits a flow: 'opening hours'."""
        return self._word("binds", key)

    def stage(self, key: str) -> str:
        """A stage or zone: 'X-ray scan'."""
        return self._word("stage", key)

    def indicator(self, key: str) -> str:
        """An indicator without its unit: 'crossing time'."""
        return self._word("indicator", key)

    def unit(self, key: str) -> str:
        """A unit: 'trucks per day'."""
        return self._word("unit", key)

    def grade(self, key: str) -> str:
        """How sure a figure of the evidence is: 'assumed'."""
        return self._word("grade", key)

    def measure(self, key: str) -> str:
        """A measure of a green corridor in words."""
        return self._word("measure", key)

    def parameter(self, key: str) -> str:
        """What a key of the evidence stands for: its meaning; crossing or mode, direction and side behind it.

        ``key`` as in the evidence, ``road.dostyk.kz_to_cn.kz.scan.time``; the key itself if it is not known.
        """
        return names.parameter(key, self)

    def parameter_parts(self, key: str) -> tuple[str, str]:
        """What a key of the evidence stands for, and where that is; '' for one without a place."""
        return names.parameter_parts(key, self)

    def date(self, day: datetime.date) -> str:
        """'5 January 2023'."""
        return self._form.date(day)

    def day(self, day: datetime.date) -> str:
        """'5 January'."""
        return self._form.day(day)

    def month(self, number: int) -> str:
        """A month (1 is January) by itself and short, as at an axis: 'Jan'."""
        return self._form.short_months[number - 1]

    def word(self, context: str, key: str) -> str:
        """The word of a key in one of the contexts of ``kzsim.language.words``; plain English without one."""
        return self._word(context, key)

    def _word(self, context: str, key: str) -> str:
        english = words(context).get(key)
        return key.replace("_", " ") if english is None else self._catalogue.pgettext(context, english)


def speaker(lang: str = "en") -> Speaker:
    """The Speaker of one of ``LANGUAGES``; raises ValueError for another language."""
    return Speaker(lang, translations(lang))
