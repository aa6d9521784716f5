"""qd audit rehearse: can this release read the record?"""

from quarterdeck.audit.commands.options import BundleFile
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd


async def rehearse_log(qd: Qd, *, bundle: BundleFile = None, as_json: Json = False) -> int:
    """Read the whole log with this release, and list what it cannot read: before an upgrade, with the new release.

    Reads the server's log, or a --bundle that `qd audit export` made. Exits with 1 where something cannot be read.
    """
    from quarterdeck.audit.offline import rehearse_log as rehearse

    return await rehearse(qd, bundle, as_json=as_json)
