"""The program that reads and writes Content Credentials: alone in a process of its own, like the decoder.

    python -I program.py JOB     JOB: JSON, see `process` · stdout: lines of JSON

The library is large and not ours, and what it reads was made by strangers. So this process holds no secret,
can open no file and no socket once it begins, and dies when it takes too much. It signs nothing: it says what
is to be signed, a line at a time, and is told the signature. It imports nothing of the house.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
from typing import Any

import c2pa

_TRAINED = "trainedAlgorithmicMedia"
_MIXED = ("compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")
#: Assertions that say what was done and what may be done, and nothing of a person, a place or a thumbnail.
_PORTABLE = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient", "c2pa.training-mining", "cawg.training-mining")
_NO_PROBLEM = {"signingCredential.untrusted"}
_MOST = 40
_SETTINGS: dict[str, Any] = {
    "builder": {"thumbnail": {"enabled": False}},
    # Nobody is asked over a network, and no list says whom to trust.
    "verify": {
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
        "verify_after_reading": True,
        "verify_after_sign": False,
    },
    "core": {"allowed_network_hosts": []},
}


def _lock_up(memory: int, seconds: int, most_written: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_written, most_written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _context() -> c2pa.Context:
    return c2pa.Context(c2pa.Settings.from_dict(_SETTINGS))


def _all_of(handle: int) -> bytes:
    with os.fdopen(handle, "rb", closefd=False) as source:
        source.seek(0)
        return source.read()


def _say(answer: dict[str, Any]) -> None:
    os.write(1, json.dumps(answer).encode() + b"\n")


def _read(job: dict[str, Any]) -> dict[str, Any]:
    source = io.BytesIO(_all_of(job["file"]))
    try:
        reader = c2pa.Reader(job["media_type"], source, context=_context())
    except Exception as error:  # noqa: BLE001 whatever the library makes of a stranger's file
        kind = type(error).__name__
        return {"state": "none" if "ManifestNotFound" in kind else "unreadable", "detail": kind}
    return _summary(json.loads(reader.json()))


def _summary(found: dict[str, Any]) -> dict[str, Any]:
    manifests = found.get("manifests") or {}
    active = manifests.get(found.get("active_manifest")) or {}
    failures = _failures(found.get("validation_results") or {})
    problems = sorted(set(failures) - _NO_PROBLEM)
    whole = found.get("validation_state") in ("Valid", "Trusted") and not problems
    done = [action for each in manifests.values() for action in _actions(each)]
    signature = active.get("signature_info") or {}
    generators = active.get("claim_generator_info") or [{}]
    labels = [str(a.get("label")) for each in manifests.values() for a in each.get("assertions") or []]
    # A part that a broken manifest speaks of counts as well: to say less, one would only have to break it.
    sources = [str(each.get("digitalSourceType")).rpartition("/")[2] for each in done]
    return {
        "state": "whole" if whole else "broken",
        "problems": problems[:_MOST],
        "signer": _text(signature.get("issuer") or signature.get("common_name")),
        "generator": _text(generators[0].get("name") or active.get("claim_generator")),
        "actions": [_text(each.get("action")) for each in done][:_MOST],
        "tools": [name for name in map(_tool, done) if name][:_MOST],
        "part": _part(sources),
        "portable": whole and all(label.startswith(_PORTABLE) for label in labels),
    }


def _failures(results: dict[str, Any]) -> list[str]:
    found = [each.get("code", "") for each in (results.get("activeManifest") or {}).get("failure") or []]
    for delta in results.get("ingredientDeltas") or []:
        found += [each.get("code", "") for each in (delta.get("validationDeltas") or {}).get("failure") or []]
    return found


def _part(sources: list[str]) -> str | None:
    if _TRAINED in sources:
        return "made"
    return "edited" if any(each in _MIXED for each in sources) else None


def _actions(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[Any] = []
    for each in manifest.get("assertions") or []:
        if str(each.get("label", "")).startswith("c2pa.actions"):
            found += (each.get("data") or {}).get("actions") or []
    return [each for each in found if isinstance(each, dict)]


def _tool(action: dict[str, Any]) -> str | None:
    agent = action.get("softwareAgent")
    return _text(agent.get("name") if isinstance(agent, dict) else agent)


def _text(value: object) -> str | None:
    return value[:100] if isinstance(value, str) and value else None


def _sign(job: dict[str, Any]) -> dict[str, Any]:
    parent = _all_of(job["parent"]) if job["parent"] is not None else None
    for part in job["parts"]:
        builder = c2pa.Builder(part["manifest"], _context())
        if parent is not None:
            described = {"title": "as it was sent", "relationship": "parentOf", "label": "sent"}
            builder.add_ingredient(described, job["parent_type"], io.BytesIO(parent))
        signer = c2pa.Signer.from_callback(_ask, c2pa.C2paSigningAlg(job["alg"]), job["certificates"])
        made = io.BytesIO()
        builder.sign(signer, part["media_type"], io.BytesIO(_all_of(part["source"])), made)
        data = made.getvalue()
        while data:
            data = data[os.write(part["target"], data) :]
    return {"state": "signed"}


def _ask(data: bytes) -> bytes:
    """Have it signed by whoever has the key, and waits at the other end."""
    _say({"sign": data.hex()})
    answer = b""
    while not answer.endswith(b"\n"):
        more = os.read(0, 4096)
        if not more:
            raise EOFError
        answer += more
    return bytes.fromhex(answer.decode())


def main() -> None:
    """Do the job, or say why it cannot be done."""
    job = json.loads(sys.argv[1])
    _lock_up(job["memory"], job["seconds"], job["bytes"])
    try:
        answer = _sign(job) if job["do"] == "sign" else _read(job)
    except Exception as error:  # noqa: BLE001 the outermost frame
        answer = {"state": "failed", "detail": f"{type(error).__name__}: {error}"[:300]}
    _say(answer)


if __name__ == "__main__":
    main()
