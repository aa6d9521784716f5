"""One machine: the embedded servers, the supervisor of the four roles, and what `quarterdeck doctor` looks at."""
