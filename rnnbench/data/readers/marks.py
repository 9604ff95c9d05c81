"""Whether quotation marks enclose the fields of a delimited file, which marks, and how marks inside are written."""

from __future__ import annotations

from dataclasses import replace

from rnnbench.data.readers.dialects import NO_SEPARATORS, Dialect, is_regular, sample_of


def find_marks(separator: str, text: str, start: int) -> Dialect:
    """Whether marks enclose fields, which marks, and how marks inside are written."""
    sample = sample_of(text, start)
    enclosing = Dialect(separator)
    if separator == "\t":
        return _between_tabs(sample, text[start:])
    if separator in NO_SEPARATORS:
        fields = [record[0].strip() for record in replace(enclosing, quote="").records(sample)]
        quoted = [field for field in fields if field.startswith('"')]
        is_enclosed = bool(quoted) and all(len(field) > 1 and field.endswith('"') for field in quoted)
        multiline = not is_enclosed and bool(quoted) and enclosing.is_strict(sample)
        return enclosing if is_enclosed or multiline else replace(enclosing, quote="")
    if '\\"' in text and not enclosing.is_strict(text[start:]):
        escaped = replace(enclosing, escape="\\")
        if escaped.is_strict(text[start:]):
            return escaped
    if f'{separator} "' in sample:
        skipping = replace(enclosing, skips_blanks=True)
        if is_regular(skipping.records(sample)):
            return skipping
    return _single_marks(enclosing, sample) or enclosing


def _single_marks(enclosing: Dialect, sample: str) -> Dialect | None:
    """The dialect with fields in single quotation marks, where the header's are, or lines are regular only so."""
    single = replace(enclosing, quote="'")
    bare = replace(enclosing, quote="").records(sample)
    if not bare or not any(field.startswith("'") for record in bare for field in record):
        return None
    header = [field.strip() for field in bare[0]]
    is_enclosed = all(len(name) > 2 and name[0] == name[-1] == "'" for name in header)
    enclosed = single.records(sample)
    regular_only_so = is_regular(enclosed) and not is_regular(bare) and single.is_strict(sample)
    return single if (is_enclosed and len(header) > 1) or regular_only_so else None


def _between_tabs(sample: str, text: str) -> Dialect:
    """Between tabs, a mark at the start of a field is text, unless every such field also ends with one, or lines have
    the same number of fields only if marks may enclose a tab or a line end. text: the whole, for marks far below."""
    bare, enclosed = Dialect("\t", quote=""), Dialect("\t")
    records = bare.records(sample)
    quoted = [field for record in records for field in record if field.startswith('"')]
    if not quoted:
        return enclosed if '"' in text and enclosed.is_strict(text) else bare
    all_end = all(len(field) > 1 and field.endswith('"') for field in quoted)
    only_so = is_regular(enclosed.records(sample)) and not is_regular(records)
    return enclosed if all_end or only_so else bare
