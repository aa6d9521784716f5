"""gql's transports, as `qd` uses them: typed, with bounded memory and without a proxy to the own machine.

gql, aiohttp and websockets take longer to import than most of what `qd` does takes to do. Nothing but these modules
imports them, and `client` imports these when it connects.
"""
