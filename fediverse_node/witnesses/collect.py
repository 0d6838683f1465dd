"""The worker that has our checkpoints cosigned.

It comes after the log and never before it: a checkpoint is signed and given out whether witnesses answer
or not, and a witness that does not is asked again later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial

from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.outbound.client import Outbound, Response
from fediverse_node.receipts import checkpoints, queries, tree
from fediverse_node.receipts.model import SignedCheckpoint
from fediverse_node.signatures import cosignatures, merkle, tlog
from fediverse_node.signatures.tlog import Submission
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns
from fediverse_node.storage.tx import Tx
from fediverse_node.witnesses.model import Witness

log = logging.getLogger(__name__)

#: Seconds after which a witness that did not answer is asked again.
LOOK_EVERY = 300.0
_TYPE = "text/plain; charset=utf-8"
_SIZE_TYPE = "text/x.tlog.size"


class Collector:
    """Works until it is told to stop. Several at once do no harm.

    Args:
        db: where the log is.
        outbound: how witnesses are reached.
        witnesses: whom to ask.
    """

    def __init__(self, db: Database, outbound: Outbound, witnesses: Iterable[Witness]) -> None:
        self._db = db
        self._outbound = outbound
        self._witnesses = tuple(witnesses)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        await work_in_turns(self._db, checkpoints.BELL, stop, self._turn, every=LOOK_EVERY)

    async def run_once(self) -> None:
        """Ask every witness that has not cosigned the last checkpoint yet."""
        last = await self._db.read(queries.last_checkpoint) if self._witnesses else None
        if last is None:
            return
        async with asyncio.TaskGroup() as group:
            for witness in self._witnesses:
                group.create_task(self._visit(witness, last))

    async def _turn(self) -> bool:
        try:
            await self.run_once()
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("witness.turn_failed")
        return False

    async def _visit(self, witness: Witness, last: SignedCheckpoint) -> None:
        known = await self._db.read(partial(queries.cosigned_size, witness=witness.key.text))
        if known >= last.size:
            return
        try:
            answer = await self._ask(witness, last, known)
            elsewhere = _stands_at(answer)
            if elsewhere is not None and elsewhere != known and elsewhere <= last.size:
                # Its answer to an earlier question was lost on the way.
                answer = await self._ask(witness, last, elsewhere)
            await self._keep(witness, last, answer)
        except NodeError as error:
            log.warning("witness.no_answer", extra={"witness": witness.key.name, "why": str(error)})

    async def _ask(self, witness: Witness, last: SignedCheckpoint, known: int) -> Response:
        submission = await self._db.read(partial(_submission, last=last, known=known))
        return await self._outbound.post(
            f"{witness.url}/add-checkpoint", submission.text.encode(), headers={"Content-Type": _TYPE}
        )

    async def _keep(self, witness: Witness, last: SignedCheckpoint, answer: Response) -> None:
        name = witness.key.name
        if answer.status != 200:
            # Also what a log hears that has lost lines or was rewritten: its operator has to look.
            log.error("witness.refused", extra={"witness": name, "status": answer.status, "size": last.size})
            return
        line = cosignatures.line_in(_text(answer.body), last.note, witness.key)
        add = partial(queries.add_cosignature, size=last.size, witness=witness.key.text, line=line)
        if await self._db.write(add):
            log.info("witness.cosigned", extra={"witness": name, "size": last.size})


def _submission(tx: Tx, last: SignedCheckpoint, known: int) -> Submission:
    path = merkle.consistency_proof(tree.stored(tx), known, last.size)
    return Submission(old=known, path=tuple(path), checkpoint=last.note)


def _stands_at(answer: Response) -> int | None:
    """Where a witness says that it stands."""
    if answer.status != 409 or answer.headers.get("Content-Type", "").partition(";")[0] != _SIZE_TYPE:
        return None
    return tlog.read_size(_text(answer.body))


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise NotValid("The answer of this witness is no text.") from error
