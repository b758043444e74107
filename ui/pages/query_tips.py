"""What readers are told about the signs that a query may hold: examples in their language, each with what it asks for.

A test sees that every example means what is said of it (:mod:`search.fulltext.query_syntax`).
"""

from __future__ import annotations

from typing import Final

from ui.texts import N_

QUERY_TIPS: Final = (
    (N_("women saving together"), N_("the more of the words the better; texts that mean the same are found too")),
    (N_('"savings groups"'), N_("these words in a row")),
    (N_("savings -kenya"), N_("not with this word; the same as NOT kenya")),
    (N_("savings +mali"), N_("only with this word")),
    (N_("gender AND (mali OR niger)"), N_("AND, OR and NOT in capitals; AND binds closer than OR")),
    (N_('author:diop topic:"food security"'), N_("in one field: title, author, topic, institution or series")),
)
"""Examples and explanations, the most usual first."""
