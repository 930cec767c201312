"""The changes to a condition's warning signs that could cost a child's safety, so that a person must accept them."""

from __future__ import annotations

from collections.abc import Iterator

from app.pack import URGENCY_ORDER, Condition, Edition, Sign


def safety_changes(old: Condition, new: Condition | None) -> Iterator[str]:
    """One line per change that removes or rewords a sign, lowers an urgency, changes a contact or completes a set.

    `new` is None where the condition is withdrawn: then all its signs go.
    """
    if new is None:
        for sign in old.sign_set.signs:
            yield f"{old.slug}: removes the sign {sign.key!r} with its condition"
        return
    if new.sign_set.complete and not old.sign_set.complete:
        yield f"{old.slug}: calls the sign set complete"
    now = {sign.key: sign for sign in new.sign_set.signs}
    for sign in old.sign_set.signs:
        if sign.key in now:
            yield from (f"{old.slug}: {change}" for change in _sign_changes(sign, now[sign.key]))
        else:
            yield f"{old.slug}: removes the sign {sign.key!r}"
    editions = {(edition.lang, edition.audience): edition for edition in new.editions}
    for edition in old.editions:
        words = _wording_changes(edition, editions.get((edition.lang, edition.audience)), set(now))
        yield from (f"{old.slug} ({edition.lang}, {edition.audience}): {change}" for change in words)


def _sign_changes(old: Sign, new: Sign) -> Iterator[str]:
    if URGENCY_ORDER.index(new.urgency) > URGENCY_ORDER.index(old.urgency):
        yield f"lowers the urgency of {old.key!r} from {old.urgency} to {new.urgency}"
    if new.contact != old.contact:
        yield f"changes the contact of {old.key!r} from {old.contact} to {new.contact}"
    if new.scope != old.scope:
        yield f"changes the scope of {old.key!r} from {old.scope} to {new.scope}"


def _wording_changes(old: Edition, new: Edition | None, keys: set[str]) -> Iterator[str]:
    if new is None:
        if old.warning_signs.signs:
            yield "removes the edition with its words for the signs"
        return
    if old.warning_signs.note != new.warning_signs.note:
        yield "rewords the sign set's note"
    if old.warning_signs.applies_to != new.warning_signs.applies_to:
        yield "rewords whom the signs apply to"
    now = {wording.key: wording for wording in new.warning_signs.signs}
    for wording in old.warning_signs.signs:
        if wording.key not in keys:
            continue  # already told as a sign removed
        if wording.sign != now[wording.key].sign:
            yield f"rewords the sign {wording.key!r}"
        if wording.action != now[wording.key].action:
            yield f"rewords the action of {wording.key!r}"
