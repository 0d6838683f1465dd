"""What a look at one thing found."""

from __future__ import annotations

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `ill` wants mending, `remark` wants knowing."""

    what: str
    state: Literal["well", "remark", "ill"]
    says: str
