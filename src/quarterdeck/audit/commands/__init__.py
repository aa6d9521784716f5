"""`qd audit`: the audit tool's commands, which the client finds by its entry-point group `quarterdeck.cli`.

Every call of `qd` imports this package, so a command imports what it runs when it is called.
"""

import typer

from quarterdeck.audit.commands.erase import erase_from_log
from quarterdeck.audit.commands.export import export_log
from quarterdeck.audit.commands.keys import list_keys
from quarterdeck.audit.commands.rebuild import compare_read_models
from quarterdeck.audit.commands.reexecute import reexecute_session
from quarterdeck.audit.commands.rehearse import rehearse_log
from quarterdeck.audit.commands.replay import replay_session
from quarterdeck.audit.commands.report import report_session
from quarterdeck.audit.commands.search import search_record
from quarterdeck.audit.commands.snapshots import verify_snapshots
from quarterdeck.audit.commands.verify import verify_log
from quarterdeck_cli.command_line import command, group


class AuditPlugin:
    """Adds `qd audit`."""

    def add_to(self, app: typer.Typer) -> None:
        audit = group("Check the record.")
        command(audit, "verify")(verify_log)
        command(audit, "keys")(list_keys)
        command(audit, "export")(export_log)
        command(audit, "rehearse")(rehearse_log)
        command(audit, "report")(report_session)
        command(audit, "snapshots")(verify_snapshots)
        command(audit, "rebuild")(compare_read_models)
        command(audit, "reexecute")(reexecute_session)
        command(audit, "replay")(replay_session)
        command(audit, "erase")(erase_from_log)
        command(audit, "search")(search_record)
        app.add_typer(audit, name="audit")


plugin = AuditPlugin()
