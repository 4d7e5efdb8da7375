"""The coach's top line, at any width: how many need somebody, how many there are, and the state of the broker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.state.roster import Need, Roster, Watched

_UNKNOWN, _UNKNOWN_SHORT = "who needs you is unknown", "need unknown"
_GAP = "   "


def top_line(roster: Roster, in_order: Sequence[Watched], where: str, now_s: float, width: int) -> Content:
    """Return the longest wording that fits `width` cells, else the shortest; `where` names the broker."""
    *longer, shortest = _wordings(roster, in_order, where, now_s)
    return next((each for each in longer if each.cell_length <= width), shortest)


def _wordings(roster: Roster, in_order: Sequence[Watched], where: str, now_s: float) -> Iterator[Content]:
    """Yield all wordings, longest first; each contains the mark of the link."""
    many = f"{len(in_order)} runner{'s' if len(in_order) != 1 else ''}"
    needs = [each.need(now_s) for each in in_order]
    name = Content.assemble(("stridecue", "bold $accent"), "  ")
    if roster.link.up:
        running = sum(
            need >= Need.RUNNING and each.board.hub_online is not False
            for need, each in zip(needs, in_order, strict=True)
        )
        needed, counts = _needed(needs), f"{many}, {running} running"
        link = {words: Content.assemble(("●", "$ok"), words) for words in (f" {where}", " up", "")}
        yield Content.assemble(name, counts, _GAP, needed, _GAP, link[f" {where}"])
        for middle, words in ((counts, f" {where}"), (many, f" {where}"), (many, " up"), (many, "")):
            yield Content.assemble(needed, _GAP, middle, _GAP, link[words])
        yield Content.assemble(needed, _GAP, link[""])
        return
    mark, full, short = _away(roster, where, now_s)
    unknown, unknown_short = (Content.styled(words, "$caution") for words in (_UNKNOWN, _UNKNOWN_SHORT))
    yield Content.assemble(name, many, ", ", unknown, _GAP, mark, full)
    yield Content.assemble(unknown, _GAP, many, _GAP, mark, full)
    yield Content.assemble(unknown, _GAP, many, _GAP, mark, short)
    yield Content.assemble(unknown, _GAP, mark, short)
    yield Content.assemble(unknown_short, _GAP, mark, short)
    yield Content.assemble(mark, short)


def _needed(needs: Sequence[Need]) -> Content:
    if pressing := sum(need >= Need.NEAR for need in needs):
        return Content.styled(f"{pressing} need{'s' if pressing == 1 else ''} you", "bold $bad")
    if lacking := needs.count(Need.SENSOR):  # nothing urgent is known, but not everything is measured
        return Content.styled(f"{lacking} lack{'s' if lacking == 1 else ''} a sensor", "$caution")
    return Content.styled("nobody needs you", "$dim")


def _away(roster: Roster, where: str, now_s: float) -> tuple[Content, str, str]:
    """Return the mark of a link that is down, and its state in words, in full and in short."""
    link = roster.link
    if not link.ever_up:
        return Content.styled("◌ ", "$dim"), f"connecting to {where} {link.reason}".rstrip(), "connecting"
    gone = f"gone, retry in {max(0.0, (link.retry_at_s or now_s) - now_s):.0f} s"
    return Content.styled("✗ ", "$bad"), f"{where} is {gone} ({link.reason})", gone
