"""Files -> records -> reports.

>>> fields = load_field_map()
>>> for found in read(path, fields):
...     if isinstance(found, Record):
...         report, problems = to_report(found, fields)
"""

from kg.importers.field_map import FieldMap, load_field_map
from kg.importers.forms import FORMS
from kg.importers.problems import REMEDIES
from kg.importers.reports import to_report
from kg.importers.source_files import read

__all__ = ["FORMS", "REMEDIES", "FieldMap", "load_field_map", "read", "to_report"]
