"""qd audit verify: is the record as it was written?"""

from quarterdeck.audit.commands.options import BundleFile, KnownHead, TrustedKeys
from quarterdeck_cli.command_line import Json
from quarterdeck_cli.qd import Qd


async def verify_log(
    qd: Qd,
    *,
    bundle: BundleFile = None,
    known_head: KnownHead = None,
    key: TrustedKeys = None,
    as_json: Json = False,
) -> int:
    """Check the log: the digest chain from its first event on, and the signed checkpoints in it and outside of it.

    Needs a token that sees all events. Prints how many were checked, the head, and what was signed. A chain alone
    cannot show that its end was cut off or that all of it was written anew: give the --key that `qd audit keys` printed
    at a time when the log was good. Exits with 1 on the first bad position.

    With --bundle a file that `qd audit export` made is checked, without any server: its transcripts as well.
    """
    if bundle:
        from quarterdeck.audit.offline import check_bundle

        return await check_bundle(qd, bundle, known_head, key or [], as_json=as_json)
    from quarterdeck.audit.over_api import check

    return await check(qd, known_head, key or [], as_json=as_json)
