"""Regular expressions of the parts of a written time: year, month, day, time of day and zone.

They are for RE2 as pyarrow runs it, on lower-case text, and byte by byte: a character outside ASCII stands in a group
of its own, never in a class or directly before a question mark.
"""

from __future__ import annotations

MONTH_NAMES = {
    1: "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari",
    2: "february feb februar février fevrier févr fevr febrero febbraio fevereiro fev februari",
    3: "march mar märz maerz mär mrz mars marzo março marco maart mrt",
    4: "april apr avril avr abril abr aprile",
    5: "may mai mayo maggio mag maio mei",
    6: "june jun juni juin junio giugno giu junho",
    7: "july jul juli juillet juil julio luglio lug julho",
    8: "august aug août aout agosto ago augustus",
    9: "september sept sep septembre septiembre settembre set setembro",
    10: "october oct oktober okt octobre octubre ottobre ott outubro out",
    11: "november nov novembre noviembre novembro",
    12: "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
}
MONTH_NUMBERS = {name: number for number, names in MONTH_NAMES.items() for name in names.split()}

YEAR = r"(?P<year>[12]\d{3})"
SHORT_YEAR = r"'?(?P<short>\d{2})"
MONTH = r"(?P<month>\d{1,2})"
DAY = r"(?P<day>\d{1,2})"
MONTH_2 = r"(?P<month>\d{2})"
DAY_2 = r"(?P<day>\d{2})"
NAME = f"(?P<name>{'|'.join(sorted(MONTH_NUMBERS, key=len, reverse=True))})\\.?"
ORDINAL = r"(?:\.|st|nd|rd|th)?"
QUARTER = r"(?P<quarter>[1-4])"
HALF = r"(?P<half>[12])"
WEEK = r"(?P<week>\d{1,2})"

_KOREAN = "(?:월|화|수|목|금|토|일)"
_JAPANESE = "(?:月|火|水|木|金|土|日)"
_CHINESE = "(?:星期|周)(?:一|二|三|四|五|六|日|天)"
_WEEKDAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues|tue|wed|thurs|thur|thu|fri|sat|sun"
    "|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mo|di|mi|do|fr|sa|so"
    f"|{_KOREAN}(?:요일)?|{_JAPANESE}(?:曜日|曜)?|{_CHINESE}"
)
WEEKDAY_BEFORE = f"(?:(?:{_WEEKDAYS})[.,]?\\s+)?"
WEEKDAY_AFTER = (
    f"(?:\\s*\\((?:{_WEEKDAYS})\\)|,?\\s+(?:{_WEEKDAYS})\\b|\\s*(?:{_KOREAN}요일|{_JAPANESE}(?:曜日|曜)|{_CHINESE}))?"
)

MORNING = {"오전", "午前", "上午", "am", "a.m.", "a.m"}
_FRACTION = r"[.,](?P<{}>\d{{1,9}})\d*"
_SECONDS = (
    rf"(?:(?::|\s*(?:분|分)\s*)(?:(?P<second>\d{{1,2}})(?:{_FRACTION.format('fraction')})?\s*(?:초|秒)?)?"
    rf"|\.(?P<dotted_second>\d{{2}})(?:{_FRACTION.format('dotted_fraction')})?)?"
)
CLOCK = (
    r"(?:(?P<before>오전|오후|午前|午後|上午|下午|[ap]\.?m\.?)\s*)?"
    rf"(?P<hour>\d{{1,2}})(?:(?:[:.h]|\s*(?:시|時|时|点|點)\s*)(?:(?P<minute>\d{{1,2}}){_SECONDS})?)?"
    r"\s*(?P<after>[ap]\.?m\.?)?(?:\s*uhr)?"
)
COMPACT_CLOCK = rf"(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?:(?P<second>\d{{2}})(?:{_FRACTION.format('fraction')})?)?"
ZONE = (
    r"(?:\s*(?P<zone>z|(?:utc|gmt)?\s?[+-]\d{1,2}(?::?\d{2})?|[a-z]{2,5}|[a-z]+/[a-z_/]+)"
    r"(?:\s*[\[(][^\])]*[\])])?)?"
)
AFTER_DATE = rf"(?:(?:[t_:]|,?\s+|\s*-\s*){CLOCK}{ZONE})?"
AFTER_WORDS = rf"(?:[t,]?\s*{CLOCK}{ZONE})?"
"""After a word such as 日 no blank is needed."""
PLAIN_AFTER_DATE = (
    r"(?:[t ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
)
"""The commonest part of AFTER_DATE, which RE2 reads five times as fast."""
