"""Settings that must be there."""

from pydantic import SecretStr

from quarterdeck.domain.errors import QuarterdeckError


def secret(value: SecretStr | None) -> str:
    if value is None:
        raise QuarterdeckError("A service's URL is not set.", "Start with `quarterdeck up`, or set QD_DATABASE_URL.")
    return value.get_secret_value()
