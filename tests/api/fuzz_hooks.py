"""What schemathesis cannot make up by itself: pictures, of which some are sketches."""

import schemathesis
from hypothesis import strategies as st

from tests.app.drawings import drawing_jpeg, drawing_png


def pictures(sketch: bytes) -> st.SearchStrategy[bytes]:
    return st.one_of(st.just(sketch), st.integers(1, 400).map(lambda end: sketch[:end]), st.binary(max_size=64))


schemathesis.openapi.media_type("image/png", pictures(drawing_png(1)))
schemathesis.openapi.media_type("image/jpeg", pictures(drawing_jpeg(1)))
