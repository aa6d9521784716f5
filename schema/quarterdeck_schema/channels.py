"""How something leaves the house, as the API names it: one enum for all that is delivered."""

import strawberry

from quarterdeck.domain.delivery import Channel

__all__ = ["Channel"]

strawberry.enum(Channel, name="DeliveryChannel")
