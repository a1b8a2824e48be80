"""`./lab proxy`: the embedded link proxy alone, with its own options."""

import typer

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("proxy", context_settings=PASS_ON)(proxy)


def proxy(context: typer.Context) -> None:
    """Run the embedded link proxy as `toxiproxy-server` would run; its options: `./lab proxy --help`."""
    from chaos.proxy.command import main

    raise typer.Exit(main(context.args))
