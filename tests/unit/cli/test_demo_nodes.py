from __future__ import annotations

from fediverse_node.cli.demo_nodes import plain_environment


def test_settings_of_a_real_node_do_not_reach_the_nodes_of_the_demo() -> None:
    real = {"FEDIVERSE_NODE_DATABASE__URL": "sqlite:////data/node.db", "FEDIVERSE_NODE_CONFIG": "/etc/node"}

    assert plain_environment({**real, "PATH": "/bin"}) == {"PATH": "/bin"}
