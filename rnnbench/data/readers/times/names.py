"""Names of columns of times, and what a time of day looks like."""

from __future__ import annotations

TIME_NAMES = {
    "time", "times", "date", "dates", "datetime", "timestamp", "time stamp", "ts", "ds", "month", "day", "week", "year",
    "hour", "quarter", "date time", "date/time", "datum", "zeit", "zeitpunkt", "zeitstempel", "datum/zeit", "fecha",
    "날짜", "일시", "시간", "시각", "일자", "연월", "년월", "연월일", "년월일", "연도", "년도", "년",
    "yearmonth", "year month", "yearweek", "year week", "yyyymm", "yyyymmdd", "week ending", "week start", "period",
    "시점", "기준월", "측정일시", "측정시간", "거래일", "거래일자", "기준일", "기준일자", "기준년월", "기간",
    "日付", "日時", "時刻", "年月", "年月日", "時間", "日期", "时间",
}  # fmt: skip
"""Names of columns of times, in lower case, with blanks for underscores."""
CLOCK_NAMES = {
    "time",
    "times",
    "uhrzeit",
    "zeit",
    "hora",
    "heure",
    "시각",
    "시간",
    "時刻",
    "時間",
    "时间",
    "hhmm",
    "clock",
    "time of day",
}
CLOCK = (
    r"(?i)^(?:(?:오전|오후|午前|午後|上午|下午|[ap]\.?m\.?)\s*)?"
    r"\d{1,2}(?:(?::\d{2}){1,2}(?:[.,]\d+)?|\.\d{2}\.\d{2})\s*(?:[ap]\.?m\.?)?$"
)
