"""The shim: the process that owns one session's jail, its terminals and its spool, and outlives the worker.

Everything here is loaded by the zygote and must import little: no asyncio, no dataclasses, nothing of the domain.
"""
