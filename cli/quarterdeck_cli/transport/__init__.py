"""HTTP and WebSockets, as `qd` uses them: typed, with bounded memory and without a proxy to the own machine.

httpx2, gql and websockets take longer to import than most of what `qd` does takes to do. Nothing but these modules
imports them, and `client` imports these when it connects; gql and websockets are for subscriptions alone.
"""
