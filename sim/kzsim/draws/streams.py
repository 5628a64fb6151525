"""Which raw words belong to which number of which entity: a pure function of name and index.

One stream of 64-bit words per (seed, replication, source, purpose), addressed by the entity's
index. A stream depends on nothing but its names, so another policy moves no other number, and any
word can be had without the ones before it.

Source of the generator: SplitMix64, Steele, Lea and Flood (2014), Fast splittable pseudorandom
number generators, OOPSLA, with the mixing constants of Stafford's variant 13: word i of a stream is
the mix of key + (i + 1) * GOLDEN modulo 2**64. All streams are stretches of one cycle of 2**64 words
that start at random places; with a hundred thousand streams of a hundred thousand words each, the
chance that any two of them overlap is below 1e-4.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]

GOLDEN = 0x9E3779B97F4A7C15
FIRST_FACTOR = 0xBF58476D1CE4E5B9
SECOND_FACTOR = 0x94D049BB133111EB


@lru_cache(maxsize=4096)
def key_of_name(name: str) -> bytes:
    """A stable hash of a name as exactly two uint32 words (8 bytes)."""
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


def key_of(seed: int, replication: int, source: str, purpose: str) -> int:
    """The key of a stream, 0 .. 2**64 - 1.

    Each part is exactly two uint32 words, so that no two different keys are spelt alike. Raises
    ValueError if seed or replication is not between 0 and 2**64 - 1.
    """
    return int(keys_of(seed, replication, (key_of_name(source) + key_of_name(purpose),))[0])


def keys_of(seed: int, replication: int, names: Sequence[bytes]) -> U64:
    """The keys of many streams; uint64 [streams]. Raises ValueError likewise.

    ``names`` are those of source and purpose, each by ``key_of_name``, one behind the other.
    """
    for number in (seed, replication):
        if not 0 <= number < 2**64:
            raise ValueError(f"{number} is not between 0 and 2**64 - 1")
    begin, blake = struct.pack("<QQ", seed, replication), hashlib.blake2b
    keys = [blake(begin + name, digest_size=8).digest() for name in names]
    return np.frombuffer(b"".join(keys), dtype="<u8").astype(np.uint64)


def words_of_key(key: int, count: int, skip: int = 0) -> U64:
    """Words ``skip`` .. ``skip + count - 1`` of a stream; uint64 [count]."""
    index = np.arange(skip + 1, skip + count + 1, dtype=np.uint64)
    z: U64 = np.uint64(key) + index * np.uint64(GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST_FACTOR)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND_FACTOR)
    return z ^ (z >> np.uint64(31))


def raw_words(seed: int, replication: int, source: str, purpose: str, count: int, skip: int = 0) -> U64:
    """Words of the stream of these names; uint64 [count]."""
    return words_of_key(key_of(seed, replication, source, purpose), count, skip)


def uniforms(seed: int, replication: int, source: str, purpose: str, count: int, skip: int = 0) -> F64:
    """Uniform numbers strictly between 0 and 1, one a word; float64 [count]."""
    return uniform_of_words(raw_words(seed, replication, source, purpose, count, skip))


def uniform_of_words(words: U64) -> F64:
    """The uniform number of each raw word: its upper 52 bits and a half, over 2**52.

    52 bits and not 53, because the half is then exact in the largest of them too: never 0, never 1.
    """
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def check_distinct(names: list[str]) -> None:
    """Raise ValueError if two different names have the same key."""
    seen: dict[bytes, str] = {}
    for name in names:
        other = seen.setdefault(key_of_name(name), name)
        if other != name:
            raise ValueError(f"'{name}' and '{other}' would share random numbers: rename one of them")
