"""`VERIFY.md`: how somebody who does not trust this server checks a dataset of it."""

from __future__ import annotations

from typing import Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.signatures.notes import NoteKey

_PICTURES: Final = """\
6. The same for the pictures in `data/pictures-*.tar`, counted through all of them: line n of
   `consent/picture-receipts.jsonl` and of `consent/picture-proofs.jsonl` belongs to picture n. Its name is
   the SHA-256 of its bytes; the receipt's `mediaSha256` has to name it, and the receipt's `object` is its
   `post`.
"""


def guide(addresses: Addresses, key: NoteKey, *, parquet: bool, pictures: bool) -> str:
    """The text, for the dataset of the server at *addresses* whose log has the *key*.

    *parquet*: there are no JSON lines, so that rows are counted through the Parquet files. *pictures*: there
    are some.
    """
    log = addresses.consent_log
    data = "`data/train-*.parquet`, counted through all of them," if parquet else "`data/train.jsonl`"
    return f"""\
# How to check this dataset

With [fediverse-node](https://pypi.org/project/fediverse-node/), in this folder:

```sh
fediverse-node verify .
```

It checks every file and every row, asks {addresses.domain} which decisions were taken back since, and
names the rows that must go. With `--offline` it asks nobody, and cannot say that. Run it again before each
use.

The log has this key. Compare it with one from another source, or keep it and give it with `--key`:

```
{key.text}
```

## By hand

1. `sha256sum -c MANIFEST.sha256` checks the files. `MANIFEST.sha256.sig` is the same list as a signed note
   (C2SP signed-note) under the key above, which is in `consent/key` and at {log}/key.
2. Line n of `consent/receipts.jsonl` is the receipt of row n of {data}: the row's `id` is the
   receipt's `object`, `consent_receipt_id` its `id`, `revision_sha256` its `revisionSha256`, `terms_sha256`
   its `notice.noticeSha256` and the SHA-256 of `consent/terms/<terms_version>.txt`; `content_sha256` is
   that of the row's `text`.
3. The receipt's `proof` is `eddsa-jcs-2022` (W3C Data Integrity) under the author's key in `signer`.
4. Line n of `consent/proofs.jsonl` holds its proof (C2SP tlog-proof) against `consent/checkpoint`. The leaf
   is `SHA-256(0x00 ‖ line)`, and the line `{{"commit":C,"kind":"grant","ts":T,"v":1}}`, where C is the hex of
   `SHA-256(log_salt ‖ receipt)`, the receipt in canonical JSON (RFC 8785), and T its `issuedAt`.
5. {log}/revocations.jsonl lists what has ended: drop each row whose
   `consent_receipt_id` is in a `revokes` there.
{_PICTURES if pictures else ""}
## What this cannot show

The text of a row is what its author wrote, with placeholders for people. The receipt names the hash of what
was written before that: that both belong together is this server's word, which it signed in the manifest.
"""
