from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine.travel import Place, estimate_minutes, get_distance

BUND, AIRPORT = Place("bund", 31.2400, 121.4900), Place("airport", 31.1434, 121.8052)


def estimate(one, other):
    return estimate_minutes(one, other, speed=30.0, unknown=35)


class TestTravelEngine(BaseCase):

    def test_distance_by_hand(self):
        """One degree of a meridian is 111.19 km on a sphere of 6371 km; on the parallel of 60 degrees one of longitude is half of it."""
        self.assertAlmostEqual(get_distance(Place(1, 30, 120), Place(2, 31, 120)), 111.19, places=2)
        self.assertAlmostEqual(get_distance(Place(1, 60, 120), Place(2, 60, 121)), 55.60, places=2)
        self.assertAlmostEqual(get_distance(BUND, AIRPORT), 31.9, places=0)

    def test_minutes_by_hand(self):
        """10 km north: 5 + 60 x 1.35 x 10 / 30 = 32 minutes, in steps of five 35."""
        self.assertEqual(estimate(Place(1, 31, 121), Place(2, 31 + 10 / 111.195, 121)), 35)

    def test_the_same_address_is_no_way(self):
        self.assertEqual(estimate(Place("one"), Place("one")), 0)
        self.assertEqual(estimate(BUND, BUND), 0)

    def test_next_door_is_more_than_nothing(self):
        self.assertEqual(estimate(Place("one", 31, 121), Place("two", 31, 121)), 5)
        self.assertEqual(estimate(Place("one", postcode="200120"), Place("two", postcode="200120")), 5)

    def test_what_is_not_known_takes_what_the_company_says(self):
        self.assertEqual(estimate(Place("one", postcode="200120"), Place("two", postcode="200040")), 35)
        self.assertEqual(estimate(Place("one", 31, 121), Place("two", postcode="200040")), 35)
        self.assertEqual(estimate(Place(), Place()), 35)

    degrees = st.floats(-80, 80), st.floats(-179, 179)
    places = st.builds(Place, st.integers(), *degrees)

    @given(places, places)
    def test_there_is_as_far_as_back_and_never_negative(self, one, other):
        self.assertEqual(estimate(one, other), estimate(other, one))
        self.assertGreaterEqual(estimate(one, other), 0)
