from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.application.frames import Frame, FrameKind, decode, encode, whole

FRAMES = st.lists(
    st.builds(
        Frame,
        st.sampled_from(FrameKind),
        st.integers(0, 2**63),
        st.integers(0, 2**63),
        st.binary(max_size=50),
    ),
    max_size=8,
)


@given(FRAMES)
def test_frames_come_back_as_they_were(frames: list[Frame]) -> None:
    assert list(decode(b"".join(map(encode, frames)))) == frames


@given(FRAMES, st.integers(0, 500))
def test_a_cut_buffer_gives_its_whole_frames(frames: list[Frame], cut: int) -> None:
    buffer = b"".join(map(encode, frames))[:cut]

    read = list(decode(buffer))

    assert frames[: len(read)] == read
    assert whole(buffer) == len(b"".join(map(encode, read)))


def test_only_output_moves_the_offset() -> None:
    assert Frame(FrameKind.OUTPUT, 10, 0, b"abc").end == 13
    assert Frame(FrameKind.ERROR, 10, 0, b"abc").end == 13
    assert Frame(FrameKind.INPUT, 10, 0, b"abc").end == 10
