"""What somebody agrees to who registers as a user of the dataset. Id and hash stand with each of them.

A change of meaning needs a new id.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.consent.terms import Terms

_TEXT: Final = """\
# Using the open dataset

The posts in this dataset are there because their authors said yes, each for this very text. They can take
that back. By registering you agree to this:

- Use the newest release. Before each training run, drop every row that was taken back since: check with
  `fediverse-node verify`, read the feed of withdrawals, or let this server tell you.
- Delete the rows that were taken back from your copies within 30 days, and do not hand them on.
- Whoever gets the data from you gets these terms and the receipts with it.
- Do not try to find out who an author is where the dataset does not say so, and keep the placeholders.
- What was trained before somebody took back their post cannot be undone; the next training can be kept right.

Your name, your contact and the address of your webhook are kept to reach you about the dataset, and are seen
only by whoever runs this server. Your access ends when you or they say so.
"""

#: The version that is shown.
CURRENT: Final = Terms(id="dataset-use-1", text=_TEXT)
