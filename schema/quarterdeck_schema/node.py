"""Relay's node."""

import strawberry


@strawberry.interface
class Node:
    id: strawberry.ID
