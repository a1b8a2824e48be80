"""`./lab completion`: what a shell needs to complete commands, options, scenarios and variants.

A shell looks completions up by the last part of a command's path, so those of `lab` serve `./lab` too. Each
shell asks the lab itself, in the one way that answers a whole line with one candidate a line.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated

import typer

from chaos.catalogue import discover
from chaos.catalogue.names import nearest

VARIABLE = "_LAB_COMPLETE"
ASK = f"{VARIABLE}=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args _TYPER_COMPLETE_ARGS"
SCRIPTS: Mapping[str, str] = {
    "bash": f"""\
_lab() {{
    local line="${{COMP_LINE:0:COMP_POINT}}" before="" candidate help
    local word="${{line##* }}"
    [[ $word == *:* ]] && before="${{word%:*}}:"  # bash takes what follows a colon for a word of its own
    COMPREPLY=()
    while IFS=$'\\t' read -r candidate help; do
        COMPREPLY+=("${{candidate#"$before"}}")
    done < <({ASK}="$line" "${{COMP_WORDS[0]}}" 2>/dev/null)
}}
complete -o default -F _lab lab
""",
    "zsh": f"""\
_lab() {{
    local -a found
    found=(${{(f)"$({ASK}="${{words[1,CURRENT]}}" ${{words[1]}} 2>/dev/null)"}})
    (($#found)) && compadd -- ${{found%%$'\\t'*}} || _files
}}
compdef _lab lab
""",
    "fish": f"""\
complete --command lab --arguments '(env {ASK}=(commandline -cp) (commandline -po)[1] 2>/dev/null)'
""",
}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("completion")(completion)


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print the shell code that completes `./lab`; load it when the shell starts."""
    nearest("completion for", shell, tuple(SCRIPTS))
    typer.echo(SCRIPTS[shell], nl=False)


def prepare() -> None:
    """Make the library ready to answer a shell, which it is by itself only where it installs scripts."""
    from typer._completion_classes import completion_init

    completion_init()


def names(incomplete: str) -> Iterator[str]:
    """Scenarios that begin so; once a colon is there, the variants of that scenario."""
    scenario_id, colon, _ = incomplete.partition(":")
    if not colon:
        yield from (name for name in discover.scenario_ids() if name.startswith(incomplete))
        return
    try:
        variants = discover.find_scenario(scenario_id).variants
    except (discover.UnknownNameError, discover.BrokenScenarioError):
        return
    whole = (f"{scenario_id}:{variant.name}" for variant in variants)
    yield from (name for name in whole if name.startswith(incomplete))


def of(choices: Iterable[str]) -> Callable[[str], list[str]]:
    """Completes one of `choices`."""
    return lambda incomplete: [choice for choice in choices if choice.startswith(incomplete)]
