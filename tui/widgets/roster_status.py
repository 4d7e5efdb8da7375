"""The coach's top line: who needs somebody, how many are heard, and whether the broker is there, at any width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.state.roster import Need, Roster, Watched

_UNKNOWN, _UNKNOWN_SHORT = "who needs you is not known", "need not known"
_GAP = "   "


def top_line(roster: Roster, in_order: Sequence[Watched], where: str, now_s: float, width: int) -> Content:
    """Write it in `width` cells: the longest wording that fits; `where` names the broker."""
    *longer, shortest = _wordings(roster, in_order, where, now_s)
    return next((each for each in longer if each.cell_length <= width), shortest)


def _wordings(roster: Roster, in_order: Sequence[Watched], where: str, now_s: float) -> Iterator[Content]:
    """Give all that may be said, from the longest on. The mark of the link is in every one."""
    many = f"{len(in_order)} runner{'s' if len(in_order) != 1 else ''}"
    needs = [each.need(now_s) for each in in_order]
    name = Content.assemble(("stridecue", "bold $accent"), "  ")
    if roster.link.up:
        running = sum(
            need >= Need.RUNNING and each.board.hub_online is not False
            for need, each in zip(needs, in_order, strict=True)
        )
        needed, said = _needed(needs), f"{many}, {running} running"
        link = {words: Content.assemble(("●", "$ok"), words) for words in (f" {where}", " up", "")}
        yield Content.assemble(name, said, _GAP, needed, _GAP, link[f" {where}"])
        for middle, words in ((said, f" {where}"), (many, f" {where}"), (many, " up"), (many, "")):
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
    if lacking := needs.count(Need.SENSOR):  # nothing that presses is known, but not all is measured
        return Content.styled(f"{lacking} lack{'s' if lacking == 1 else ''} a sensor", "$caution")
    return Content.styled("nobody needs you", "$dim")


def _away(roster: Roster, where: str, now_s: float) -> tuple[Content, str, str]:
    """Give the mark of a link that is not up, what there is to say of it, and the same in short."""
    link = roster.link
    if not link.ever_up:
        return Content.styled("◌ ", "$dim"), f"connecting to {where} {link.reason}".rstrip(), "connecting"
    gone = f"gone, retry in {max(0.0, (link.retry_at_s or now_s) - now_s):.0f} s"
    return Content.styled("✗ ", "$bad"), f"{where} is {gone} ({link.reason})", gone
