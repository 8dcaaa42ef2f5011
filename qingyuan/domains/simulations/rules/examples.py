"""Ten examples (典型用户): households from the smallest to the largest use, drawn by rank alone."""

EXAMPLES = 10


def example_places(count: int) -> tuple[int, ...]:
    """The places (from 0) among `count` households in order of their use: the middle of each tenth.

    Fewer than ten households are all shown.
    """
    if count <= EXAMPLES:
        return tuple(range(count))
    return tuple((2 * tenth + 1) * count // (2 * EXAMPLES) for tenth in range(EXAMPLES))
