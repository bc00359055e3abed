"""Code words for symbols: how many yes-or-no answers a symbol costs (chapter 4)."""

import heapq
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from diffusion_derived import checks
from diffusion_derived.checks import Number


@dataclass(frozen=True)
class Code:
    """A binary word for each symbol, such as {"sun": "0", "rain": "10", "snow": "11"}.

    No word may begin with another one, so that a message needs no gaps between the words.
    Raises `ValueError` if one does, or for a word that is not made of 0 and 1. Chapter 4.
    """

    words: Mapping[Hashable, str]

    def __post_init__(self) -> None:
        words = sorted(self.words.values())
        for word in words:
            if not isinstance(word, str) or set(word) - {"0", "1"}:
                checks.refuse("words", repr(word), "words of 0 and 1")
        for word, following in zip(words, words[1:], strict=False):
            if following.startswith(word):
                checks.refuse("words", following, f"no word that begins with {word!r}")

    @property
    def lengths(self) -> dict[Hashable, int]:
        """The number of digits of each word."""
        return {symbol: len(word) for symbol, word in self.words.items()}

    @property
    def kraft_sum(self) -> Fraction:
        r"""$\sum_x 2^{-\ell(x)}$ over the lengths: at most 1, and 1 if no word could be added."""
        return sum((Fraction(1, 2**length) for length in self.lengths.values()), Fraction(0))

    def expected_length_bits(self, p: Mapping[Hashable, Number]) -> Number:
        r"""Mean digits a symbol, $\sum_x p(x)\,\ell(x)$, exact for fractions.

        Raises `ValueError` unless p gives each symbol of the code a probability. Chapter 4.
        """
        if set(p) != set(self.words):
            checks.refuse("p", list(p), f"a probability for each of {list(self.words)}")
        checks.distribution("p", list(p.values()))
        return sum(p[symbol] * length for symbol, length in self.lengths.items())

    def encode(self, message: Iterable[Hashable]) -> str:
        """The words of a message, one after the other. Raises `ValueError` without a word."""
        symbols = list(message)
        for symbol in symbols:
            if symbol not in self.words:
                checks.refuse("message", symbol, f"symbols among {list(self.words)}")
        return "".join(self.words[symbol] for symbol in symbols)

    def decode(self, digits: str) -> list[Hashable]:
        """The message in a row of digits. Raises `ValueError` if it ends inside a word."""
        symbols = {word: symbol for symbol, word in self.words.items()}
        message, word = [], ""
        for digit in digits:
            word += digit
            if word in symbols:
                message.append(symbols[word])
                word = ""
        if word:
            checks.refuse("digits", word, "whole words to the end")
        return message


def huffman(p: Mapping[Hashable, Number]) -> Code:
    """The code with the smallest mean length: join the two rarest, again and again.

    Huffman (1952). Ties go to what was joined last. Raises `ValueError` unless `p` gives
    probabilities to at least two symbols. Chapter 4.
    """
    if len(p) < 2:
        checks.refuse("p", list(p), "at least two symbols")
    checks.distribution("p", list(p.values()))
    turn = count()
    heap = [(share, -next(turn), {symbol: ""}) for symbol, share in p.items()]
    heapq.heapify(heap)
    while len(heap) > 1:
        (rarest, _, ones), (rare, _, zeros) = heapq.heappop(heap), heapq.heappop(heap)
        words = {symbol: "0" + word for symbol, word in zeros.items()}
        words |= {symbol: "1" + word for symbol, word in ones.items()}
        heapq.heappush(heap, (rarest + rare, -next(turn), words))
    words = heap[0][2]
    return Code({symbol: words[symbol] for symbol in p})
