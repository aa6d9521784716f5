"""Why there is no web client."""


class BuildError(Exception):
    """The web client could not be built. The message says what failed, `next_step` what to do."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.message, self.next_step = message, next_step
