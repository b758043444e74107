"""What the errors of every package promise. A test class inherits this and gives ``root`` and ``examples``."""

from __future__ import annotations

import pickle
import re
import sys
from typing import ClassVar, Protocol


class Explained(Protocol):
    @property
    def what(self) -> str: ...

    @property
    def remedy(self) -> str: ...


def kinds(root: type[Exception]) -> list[type[Exception]]:
    """The root and its kinds, as they are defined in its module."""
    values = vars(sys.modules[root.__module__]).values()
    return [kind for kind in values if isinstance(kind, type) and issubclass(kind, root)]


class ErrorContract:
    root: ClassVar[type[Exception]]
    examples: ClassVar[list[Explained]]
    """At least one of each kind."""

    def test_every_kind_is_listed_at_the_top_of_the_module_in_order(self) -> None:
        listed = re.findall(r"^[ ├└─]*(\w+Error)\b", sys.modules[self.root.__module__].__doc__ or "", re.MULTILINE)
        assert listed == [kind.__name__ for kind in kinds(self.root)]

    def test_every_kind_says_what_it_is_about(self) -> None:
        for kind in kinds(self.root):
            # A dataclass without a docstring gets its signature as one.
            assert kind.__doc__
            assert not kind.__doc__.startswith(f"{kind.__name__}(")

    def test_an_error_says_what_is_wrong_and_what_to_do(self) -> None:
        assert {type(error).__name__ for error in self.examples} == {kind.__name__ for kind in kinds(self.root)[1:]}
        for error in self.examples:
            assert str(error) == f"{error.what} {error.remedy}"
            for said in (error.what, error.remedy):
                assert re.fullmatch(r"\S.*[.?]", said), said

    def test_an_error_crosses_process_boundaries_with_its_data(self) -> None:
        for error in self.examples:
            copy = pickle.loads(pickle.dumps(error))
            assert type(copy) is type(error)
            assert vars(copy) == vars(error)
            assert str(copy) == str(error)
