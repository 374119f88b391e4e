import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.geometry import Near, centre, distance_km, gap_km, polygon

SQUARE = ((52.0, 6.0), (52.0, 6.2), (52.1, 6.2), (52.1, 6.0))
LATS, LONS = st.floats(50, 54), st.floats(3, 8)


def test_a_polygon_is_read_as_cap_writes_it():
    assert polygon(" 52,6 52,6.2\n52.1,6.2 52,6 ") == ((52, 6), (52, 6.2), (52.1, 6.2), (52, 6))


@pytest.mark.parametrize("text", ["", "52,6 52,6.2", "52,6 52,6.2 x,y", "52,6 52,6.2 52", "52,6,1 52,6 52,7", "52;6"])
def test_what_is_no_polygon_is_none(text):
    assert polygon(text) is None


def test_distances_are_those_of_the_globe():
    # A degree of latitude is 111.195 km on a sphere of the mean radius; Amsterdam and Eindhoven lie some 110 km apart.
    assert distance_km((52, 6), (53, 6)) == pytest.approx(111.195, abs=0.01)
    assert distance_km((52.3676, 4.9041), (51.4416, 5.4697)) == pytest.approx(110, abs=1)
    assert distance_km((52, 6), (52, 6)) == 0


@pytest.mark.parametrize(
    ("here", "km"),
    [
        ((52.05, 6.1), 0),
        ((52.001, 6.199), 0),
        ((52.2, 6.1), 11.12),  # north of it, to the edge
        ((52.05, 6.3), 6.84),  # east of it
        ((51.9, 5.9), 13.06),  # to a corner
    ],
)
def test_the_gap_to_a_polygon(here, km):
    assert gap_km(here, SQUARE) == pytest.approx(km, rel=0.01)
    assert gap_km(here, (*SQUARE, SQUARE[0])) == pytest.approx(km, rel=0.01)
    assert gap_km(here, SQUARE[::-1]) == pytest.approx(km, rel=0.01)


def test_a_hollow_shape_does_not_hold_what_lies_in_its_mouth():
    hollow = ((52.0, 6.0), (52.0, 6.3), (52.1, 6.3), (52.1, 6.2), (52.02, 6.2), (52.02, 6.1), (52.1, 6.1), (52.1, 6.0))
    assert gap_km((52.06, 6.15), hollow) == pytest.approx(3.42, rel=0.01)
    assert gap_km((52.01, 6.15), hollow) == 0


@given(LATS, LONS, st.lists(st.tuples(LATS, LONS), min_size=3, max_size=12))
def test_the_gap_is_never_more_than_the_way_to_a_corner(lat, lon, corners):
    here = (lat, lon)
    nearest = min(distance_km(here, corner) for corner in corners)
    assert 0 <= gap_km(here, corners) <= nearest * 1.05 + 0.001


@given(st.lists(st.tuples(LATS, LONS), min_size=3, max_size=12))
def test_the_centre_lies_within_the_extent(corners):
    lat, lon = centre(corners)
    assert min(c[0] for c in corners) - 1e-6 <= lat <= max(c[0] for c in corners) + 1e-6
    assert min(c[1] for c in corners) - 1e-6 <= lon <= max(c[1] for c in corners) + 1e-6


def test_a_point_is_whole_or_absent():
    assert Near(lat=52.1, lon=6.5).here == (52.1, 6.5)
    assert Near().here is None
    with pytest.raises(ValueError, match="add the other one"):
        Near(lat=52.1)
