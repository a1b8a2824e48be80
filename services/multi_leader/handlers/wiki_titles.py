"""A wiki's own rule for titles: keep every title that anybody gave, older ones first."""

from services.messages import Value


def resolve(key: str, values: tuple[Value, ...]) -> Value:
    """One title for the page `key`; `values` are in the order of their stamps.

    Raises `ValueError` for a value that is not a title.
    """
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key} has a title that is no text")
    parts = [part for value in values for part in str(value).split("/")]
    return "/".join(dict.fromkeys(parts))
