"""The locks of requirements/ fix what is installed: all of it, by digest, within the ranges of pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
RUNTIME = [*PROJECT["project"]["dependencies"], *EXTRAS["minilm"], *EXTRAS["multilingual"]]
LOCKS = {
    "build": [*GROUPS["build"], *PROJECT["build-system"]["requires"]],
    "runtime": RUNTIME,
    "dev": [*RUNTIME, *EXTRAS["dev"], *GROUPS["build"]],
    "bench": [*PROJECT["project"]["dependencies"], *EXTRAS["bench"]],
    "node": GROUPS["node"],
}
"""Each lock, and what it is made of."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of a lock."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> Version:
        (pin,) = self.requirement.specifier
        assert pin.operator == "=="
        return Version(pin.version)


def text(lock: str) -> str:
    return (REPOSITORY / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def locked(lock: str) -> Iterator[Locked]:
    """The packages of a lock. Every line that is no comment must belong to one."""
    lines = (line.partition("#")[0].strip() for line in text(lock).replace("\\\n", " ").splitlines())
    for line in filter(None, lines):
        requirement, *hashes = re.split(r"\s--hash=", line)
        yield Locked(Requirement(requirement), tuple(each.strip() for each in hashes))


def requirements(lines: Iterable[str]) -> list[Requirement]:
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_all_that_is_asked_for_in_a_version_that_is_allowed(lock: str) -> None:
    versions = {package.name: package.version for package in locked(lock)}
    for wanted in requirements(LOCKS[lock]):
        name = canonicalize_name(wanted.name)
        assert name in versions, f"{name}: run `make lock UPGRADE=`"
        assert versions[name] in wanted.specifier, f"{name}: run `make lock UPGRADE=`"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_each_package_once_with_its_digests_and_no_address(lock: str) -> None:
    packages = list(locked(lock))
    assert len({package.name for package in packages}) == len(packages) > 0
    for package in packages:
        assert package.hashes, package.name
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", each) for each in package.hashes), package.name
        assert package.requirement.url is None
    assert not re.search(r"https?:|file:|/simple|index-url|find-links|trusted-host", text(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_holds_torch_or_what_its_cuda_build_needs(lock: str) -> None:
    names = [package.name for package in locked(lock)]
    assert not [name for name in names if re.match(r"torch$|triton$|nvidia-|cuda-", name)]


@pytest.mark.parametrize("lock", ["build", "runtime", "bench"])
def test_the_locks_agree(lock: str) -> None:
    # bench adds engines; what both hold is the same.
    whole = {package.name: package for package in locked("dev")}
    mine = {package.name: package for package in locked(lock)}
    both = mine if lock != "bench" else mine.keys() & whole.keys()
    assert {name: mine[name].version for name in both} == {name: whole[name].version for name in both}


def test_every_range_has_an_upper_bound() -> None:
    lines = [line for lock in LOCKS.values() for line in lock]
    open_ended = [
        str(wanted)
        for wanted in requirements(lines)
        if not {"<", "<=", "==", "~="} & {bound.operator for bound in wanted.specifier}
    ]
    assert not open_ended


def test_what_torch_needs_is_locked_though_torch_is_not() -> None:
    (described,) = PROJECT["tool"]["uv"]["dependency-metadata"]
    versions = {package.name: package.version for package in locked("runtime")}
    for wanted in requirements(described["requires-dist"]):
        assert versions[canonicalize_name(wanted.name)] in wanted.specifier
