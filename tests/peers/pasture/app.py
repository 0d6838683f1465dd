"""fediverse-pasture's actors and its verifier on one loopback port, for the tests.

The package's own commands listen on every interface and tell nobody what an inbox received; this starts
the same parts. Says where in its first line; ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from typing import Any

import aiohttp
import hypercorn.asyncio
from fediverse_pasture.data_provider import DataProvider, bovine_actor_for_actor_data
from fediverse_pasture.runner import ActivitySender
from fediverse_pasture.server import BlueprintForActors
from fediverse_pasture.server.verify_actor import ActorVerifier
from fediverse_pasture.types import Message
from hypercorn.config import Config
from quart import Quart, request

JsonDict = dict[str, Any]


def make_app(domain: str) -> Quart:
    """The actors alice to frank, who ask for signatures in every combination, and what tests ask of them."""
    provider = DataProvider.generate()
    everybody = [*provider.possible_actors, provider.one_actor]
    received: list[JsonDict] = []

    async def on_inbox(activity: JsonDict) -> None:
        received.append(activity)

    app = Quart(__name__)
    app.register_blueprint(BlueprintForActors(everybody, on_inbox=on_inbox).blueprint)

    @app.get("/control/received")
    async def what_came() -> list[JsonDict]:
        return received

    @app.get("/control/verify")
    async def verify() -> JsonDict:
        message = Message()
        verifier = ActorVerifier(everybody, request.args["uri"], domain=domain, message=message)
        return {"result": await verifier.verify(), "messages": message.response}

    @app.post("/control/<name>/note")
    async def note(name: str) -> JsonDict:
        wanted = await request.get_json()
        data = next(each for each in everybody if each.actor_name == name)
        actor, shown = bovine_actor_for_actor_data(f"http://{domain}/{name}", data)
        async with aiohttp.ClientSession() as session:
            await actor.init(session=session)
            sender = ActivitySender.for_actor(actor, shown)
            sender.sending_config.include_mention = True
            sender.sleep_after_getting_inbox = False
            sender.init_create_note(lambda made: {**made, "content": wanted["text"]})
            answer = await sender.send(wanted["to"])
            return {"object": sender.object_id, "accepted": answer is not None}

    @app.post("/control/<name>/send")
    async def send(name: str) -> JsonDict:
        wanted = await request.get_json()
        data = next(each for each in everybody if each.actor_name == name)
        actor, _ = bovine_actor_for_actor_data(f"http://{domain}/{name}", data)
        async with aiohttp.ClientSession() as session:
            await actor.init(session=session)
            answer = await actor.post(wanted["inbox"], wanted["activity"])
            return {"status": answer.status}

    return app


async def serve() -> None:
    """Listen until the tests end."""
    listener = socket.create_server(("127.0.0.1", 0))
    domain = f"127.0.0.1:{listener.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.accesslog = config.errorlog = logging.getLogger("hypercorn")
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    sys.stdout.write(json.dumps({"origin": f"http://{domain}"}) + "\n")
    sys.stdout.flush()
    await hypercorn.asyncio.serve(make_app(domain), config, shutdown_trigger=ended.wait)


if __name__ == "__main__":
    asyncio.run(serve())
