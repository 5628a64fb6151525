"""Which raw words belong to which number of which entity.

One stream of 64-bit words per (seed, replication, source, purpose), addressed by the entity's
index. A stream depends on nothing but its names, so another policy moves no other number.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]

_WORD = 2**32


def words_of_name(name: str) -> tuple[int, int]:
    """A stable hash of a name as exactly two uint32 words."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def words_of_number(number: int) -> tuple[int, int]:
    """A number from 0 to 2**64 - 1 as exactly two uint32 words, low word first."""
    if not 0 <= number < _WORD * _WORD:
        raise ValueError(f"{number} is not between 0 and 2**64 - 1")
    return number % _WORD, number // _WORD


def raw_words(seed: int, replication: int, source: str, purpose: str, count: int, skip: int = 0) -> U64:
    """Words ``skip`` .. ``skip + count - 1`` of a stream; uint64 [count].

    Two words a part, always: SeedSequence pads with zeros, so that of parts of varying length
    different keys would give the same stream.
    """
    key = (
        *words_of_number(seed),
        *words_of_number(replication),
        *words_of_name(source),
        *words_of_name(purpose),
    )
    generator = np.random.PCG64DXSM(np.random.SeedSequence(key))
    if skip:
        generator.advance(skip)
    words: U64 = generator.random_raw(count)
    return words


def uniforms(seed: int, replication: int, source: str, purpose: str, count: int, skip: int = 0) -> F64:
    """Uniform numbers strictly between 0 and 1, one a word; float64 [count]."""
    return uniform_of_words(raw_words(seed, replication, source, purpose, count, skip))


def uniform_of_words(words: U64) -> F64:
    """The uniform number of each raw word: its upper 52 bits and a half, over 2**52.

    52 bits and not 53, because the half is then exact in the largest of them too: never 0, never 1.
    """
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def check_distinct(names: list[str]) -> None:
    """Raise ValueError if two different names have the same words."""
    seen: dict[tuple[int, int], str] = {}
    for name in names:
        other = seen.setdefault(words_of_name(name), name)
        if other != name:
            raise ValueError(f"'{name}' and '{other}' would share random numbers: rename one of them")
