"""Ways of writing a whole time around its date, brought into the one that the formats read.

14:30 31.01.2021           the time of day behind the date
오후 2:30, 2021-01-31
2021-01-25 ~ 2021-01-31    the begin of a range
2021.01 p)                 without the marks of statistical offices: preliminary, revised, estimated
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_CLOCK = (
    r"(?:(?:오전|오후|午前|午後|上午|下午|[ap]\.?m\.?)\s*)?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?"
    r"(?:\s*(?:uhr|z\b|(?:utc|gmt)?[+-]\d{1,2}:?\d{2}))?"
)
_DATE = r"(?:[^:]*\d[^:]*)"
_NUMBERS = r"\d{1,4}(?:-|/|\.\s?)\d{1,2}(?:-|/|\.\s?)\d{1,4}"
_TO = r"\s*(?:\s-\s|–|—|~|\s(?:to|bis|until)\s)\s*"

CLOCK_FIRST = (rf"(?i)^({_CLOCK})(?:\s*,\s*|\s+-\s+|\s+on\s+|\s+)({_DATE})$", r"\2 \1")
RANGE = (rf"(?i)^({_NUMBERS}.*?){_TO}{_NUMBERS}.*$", r"\1")
MARKED = (r"(?i)^(.*\d.*?)\s*\(?[pre]\)$", r"\1")


def rewritten(texts: pa.Array) -> pa.Array:
    """The cells with the date before the time of day, the first of two dates, and no mark behind it.

    2015.1 beside 2015.01 is October: spreadsheets drop the last zero.
    """
    if pc.all(pc.match_substring_regex(texts, r"^[12]\d{3}\.(?:0[1-9]|1[0-2]?)$")).as_py():
        return pc.replace_substring_regex(texts, r"\.1$", ".10")
    for pattern, replacement in (MARKED, RANGE, CLOCK_FIRST):
        if pc.any(pc.match_substring_regex(texts, pattern)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, replacement)
    return texts
