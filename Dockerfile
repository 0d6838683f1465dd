# A small image of one node. Everything that changes lies in /data; the rest can be mounted read-only:
#
#   docker build -t fediverse-node .
#   docker run --read-only --tmpfs /tmp:size=64m,noexec,nosuid --cap-drop ALL \
#     --security-opt no-new-privileges --pids-limit 256 --memory 512m --stop-timeout 40 \
#     -v fediverse-node:/data -p 127.0.0.1:8080:8080 \
#     -e FEDIVERSE_NODE_INSTANCE__ORIGIN=https://example.org fediverse-node

FROM python:3.13-slim AS build
WORKDIR /src
# Every file is checked by its hash as it is fetched; what follows installs from this folder alone, and
# leaves behind what only developers need.
COPY requirements.lock ./
RUN pip download --no-cache-dir --require-hashes -r requirements.lock -d /wheels
COPY pyproject.toml README.md LICENSE ./
COPY fediverse_node ./fediverse_node
RUN pip wheel --no-index --find-links /wheels --no-deps -w /wheels . \
 && python -m venv /opt/fediverse-node \
 && /opt/fediverse-node/bin/pip install --no-cache-dir --no-index --find-links /wheels "fediverse-node[postgres,speed]"

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --home-dir /data --create-home --shell /usr/sbin/nologin node
COPY --from=build /opt/fediverse-node /opt/fediverse-node
ENV PATH=/opt/fediverse-node/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FEDIVERSE_NODE_SERVER__LISTEN=0.0.0.0:8080 \
    FEDIVERSE_NODE_DATABASE__URL=sqlite:////data/node.db
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/.well-known/nodeinfo', timeout=4)"]
CMD ["fediverse-node", "serve"]
