"""How friendly a text is, by the words in it."""

import pkgutil
import re

NEGATIONS = {"not", "no", "never", "hardly", "isn't", "wasn't", "don't", "didn't"}


def load_lexicon():
    """Weights by word; the file travels inside the artifact."""
    text = pkgutil.get_data(__package__, "lexicon.txt").decode("utf-8")
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {word: int(weight) for word, weight in lines}


def score(text, lexicon):
    """The sum of the words' weights; a negation turns the next weight round."""
    total, sign = 0, 1
    for word in re.findall(r"[a-z']+", text.lower()):
        if word in NEGATIONS:
            sign = -1
        elif word in lexicon:
            total += sign * lexicon[word]
            sign = 1
    return total


def label(points):
    if points == 0:
        return "neutral"
    return "positive" if points > 0 else "negative"
