"""What `qd` knows while the server does not answer, and what it was told meanwhile.

Everything lies in one SQLite file for each server and user: what was seen of tasks, sessions and projects, which may
be thrown away at any time, and the changes that wait to be sent, which may not. `tables` has both, as SQLModel.
Importing that takes longer than most calls of `qd`, so what every call does (`memory`) speaks to SQLite itself; what is
done while something waits (`changes`) goes through SQLModel.
"""
