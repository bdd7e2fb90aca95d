def held_because(*, merchant_id: int, connection_id: int) -> str:
    return ""
