"""YAML read as plain data: texts, numbers, true and false, lists and mappings, of a bounded size.

Dates stay texts, and so do whole numbers of many digits: no setting has another kind of value.
"""

from __future__ import annotations

from typing import Any

import yaml

from rnnbench.core.errors import RnnbenchError

MOST_NODES = 100_000
"""Values after each alias is replaced by what it stands for."""
LONGEST_NUMBER = 40
"""Characters of a whole number."""
_KINDS = ("null", "bool", "int", "float", "str", "seq", "map")


class YamlError(RnnbenchError):
    """A text that is not valid YAML, or holds more than plain data."""


class _Loader(yaml.SafeLoader):
    """Reads the kinds of values that settings have."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - a mapping of the class in PyYAML too
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    yaml_constructors = {  # noqa: RUF012
        tag: constructor
        for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.rpartition(":")[2] in _KINDS
    }


def _whole_number(loader: _Loader, node: yaml.ScalarNode) -> int | str:
    text = loader.construct_scalar(node)
    return str(text) if len(text) > LONGEST_NUMBER else loader.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def read_yaml(text: str) -> Any:
    """The plain data of a YAML document. Raises: YamlError in one line that says what is wrong."""
    loader = None
    try:
        loader = _Loader(text)  # looks for characters that YAML does not allow
        node = loader.get_single_node()
        if node is None:
            return None
        if _size(node, {}) > MOST_NODES:
            raise YamlError(f"it holds more than {MOST_NODES:,} values, aliases included")
        return loader.construct_document(node)
    except RecursionError:
        raise YamlError("it is nested too deeply, or an alias stands for itself") from None
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError) as error:  # of tagged scalars
        raise YamlError(" ".join(str(error).split())[:500]) from error
    finally:
        if loader is not None:
            loader.dispose()


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """The number of values below a node, each alias counted as often as it is used."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        children = [child for pair in node.value for child in (pair if isinstance(pair, tuple) else (pair,))]
        known[id(node)] = 1 + sum(_size(child, known) for child in children)
    return known[id(node)]
