"""`aggregator schema`: what sources.toml may hold, for the language server of an editor."""


def schema() -> None:
    """Print the JSON Schema of the sources file; an editor that knows it completes and explains keys."""
    from aggregator.sources_schema import in_json, sources_schema

    print(in_json(sources_schema()), end="")
