"""Winners and losers (涨跌分布): by how many per cent an account's sum moves."""

EDGES = (-20, -10, -5, 0, 5, 10, 20, 50)
"""Per cent. Bins: below −20, −20 to −10, … , below 0, unchanged, above 0 to 5, … , above 50. An edge belongs to the bin that is nearer to nothing."""
BINS = len(EDGES) + 2
UNCHANGED = EDGES.index(0) + 1


def bin_of(base_fen: int, new_fen: int) -> int:
    """The bin of an account, 0 the cheapest. What was nothing and becomes something is in the last bin, by sign."""
    change = new_fen - base_fen
    if change == 0:
        return UNCHANGED
    if base_fen <= 0:
        return BINS - 1 if change > 0 else 0
    if change < 0:
        for place, edge in enumerate(edge for edge in EDGES if edge < 0):
            if change * 100 < edge * base_fen:
                return place
        return UNCHANGED - 1
    for place, edge in enumerate(edge for edge in EDGES if edge > 0):
        if change * 100 <= edge * base_fen:
            return UNCHANGED + 1 + place
    return BINS - 1
