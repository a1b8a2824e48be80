"""The wire's own rules: whatever way a stream is cut into pieces, the same frames come out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.frames import HEADER, FrameReader, FrameTooLongError, first_line, frame

LONGEST = 64
frames = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=LONGEST)), max_size=12)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


@given(frames, st.lists(st.integers(0, 10_000), max_size=40))
def test_pieces_do_not_matter(sent: list[tuple[int, bytes]], cuts: list[int]) -> None:
    reader = FrameReader(LONGEST)
    data = b"".join(frame(*each) for each in sent)
    assert [got for piece in pieces(data, cuts) for got in reader.feed(piece)] == sent
    assert not reader.midway


@given(frames, st.integers(1, 10_000), st.lists(st.integers(0, 10_000), max_size=20))
def test_a_frame_that_is_not_whole_waits(
    sent: list[tuple[int, bytes]], missing: int, cuts: list[int]
) -> None:
    data = b"".join(frame(*each) for each in [*sent, (7, b"the last")])
    missing = 1 + missing % (HEADER.size + len(b"the last"))
    reader = FrameReader(LONGEST)
    came = [got for piece in pieces(data[:-missing], cuts) for got in reader.feed(piece)]
    assert came == sent
    assert reader.midway == (missing < HEADER.size + len(b"the last"))
    assert list(reader.feed(data[-missing:])) == [(7, b"the last")]


@given(frames, st.integers(LONGEST + 1, 2**32 - 1), st.lists(st.integers(0, 10_000), max_size=20))
def test_too_long_a_frame_is_refused_at_its_header(
    sent: list[tuple[int, bytes]], length: int, cuts: list[int]
) -> None:
    data = b"".join(frame(*each) for each in sent) + HEADER.pack(length, 9)
    reader = FrameReader(LONGEST)
    came: list[tuple[int, bytes]] = []
    with pytest.raises(FrameTooLongError, match=str(length)) as caught:
        for piece in pieces(data, cuts):
            came.extend(reader.feed(piece))  # what came before it in the same piece is lost here only
    assert caught.value.number == 9
    assert came == sent[: len(came)]


def test_the_good_frames_before_a_bad_one_are_given_out() -> None:
    came: list[tuple[int, bytes]] = []
    with pytest.raises(FrameTooLongError):
        for got in FrameReader(LONGEST).feed(frame(1, b"good") + HEADER.pack(LONGEST + 1, 2)):
            came.append(got)  # noqa: PERF402 - a list of all would never come about
    assert came == [(1, b"good")]


def test_no_request_of_http_begins_like_it() -> None:
    assert first_line("secret") == b"LAB/1 secret\n"
    assert first_line("secret", "first", "n1/7/1") == b"LAB/1 secret first n1/7/1\n"
    assert b"/" in first_line("secret").split()[0]
