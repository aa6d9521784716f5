"""qd audit keys: who signs the record?"""

from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd


async def list_keys(qd: Qd, *, as_json: Json = False) -> int:
    """List the public keys that sign the log's checkpoints, oldest first. Note them away from the server."""
    from quarterdeck.audit.over_api import show_keys

    return await show_keys(qd, as_json=as_json)
