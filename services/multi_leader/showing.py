"""What a leader shows of the versions that it holds: to a reader of one key, and to a reader of all."""

from services.messages import Contents, Read, ReadResult, Value
from services.messages.multi_leader import Change, InConflict, Kept
from services.multi_leader import crdts
from services.multi_leader.knowledge import newest, past_of_all
from services.multi_leader.leader import Leader
from services.multi_leader.resolvers.crdt import state_of
from services.versions import vectors


def read_of(node: str, leader: Leader, message: Read) -> ReadResult:
    """The answer to a read of one register or set."""
    vector, held = dict(leader.known), leader.storage.versions(message.key)
    context = str(past_of_all(held))
    if message.type == "set":
        members = leader.storage.members(message.key) or crdts.members(state_of(held))
        return ReadResult(node=node, found=bool(members), value=members, vector=vector, context=context)
    shown = leader.resolvers.of(message.key).show(held)
    return ReadResult(
        node=node,
        found=bool(shown),
        value=shown[0] if len(shown) == 1 else None,
        siblings=shown if len(shown) > 1 else (),
        vector=vector,
        context=context,
    )


def contents_of(node: str, leader: Leader) -> Contents:
    """Everything; a map is shown as registers, one for each of its fields, called KEY.FIELD."""
    held, sets = leader.storage.everything()
    values: dict[str, list[Value]] = {}
    for key, versions in held.items():
        plain = [version for version in versions if not version.merges]
        state = state_of(versions)
        values[key] = list(leader.resolvers.of(key).show(plain))
        for kind, shown in zip(state.kinds, crdts.shown(state), strict=True):
            if kind == "set":
                sets[key] = crdts.members(state)
            elif kind == "map":
                values.update((f"{key}.{name}", found) for name, found in crdts.fields(state))
            else:
                values[key].append(shown)
    return Contents(
        node=node,
        registers={key: found[0] for key, found in values.items() if len(found) == 1},
        siblings={key: found for key, found in values.items() if len(found) > 1},
        sets=sets,
        vector=dict(leader.known),
        mark=vectors.text_of(leader.known),
    )


def conflicts_under(node: str, leader: Leader, key: str) -> InConflict:
    """The versions of `key` that no write has replaced; the one with the largest stamp wins on every leader.

    Versions that a resolver has dropped are not among them; the log mentions those.
    """
    held = leader.storage.versions(key)
    *losers, winner = newest([each for each in held if not each.merges]) or (None,)
    return InConflict(
        node=node,
        vector=dict(leader.known),
        shown=list(leader.resolvers.of(key).show(held)),
        winner=_kept(winner) if winner and losers else None,
        losers=tuple(_kept(each) for each in reversed(losers) if each is not None),
    )


def _kept(version: Change) -> Kept:
    operation, stamp = version.operation, version.stamp
    deleted = operation.f == "delete"
    return Kept(stamp.by, stamp.time_us, None if deleted else operation.value, deleted)
