import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.wishes import Wishes, wishes


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"<rss/>", Wishes()),
        (b"<ttl> 60 </ttl>", Wishes(ttl_minutes=60)),
        (b"<ttl>-5</ttl><ttl>often</ttl>", Wishes()),
        (
            b"<skipHours>\n <hour>0</hour>\n <hour>24</hour> <hour>23</hour><hour>31</hour></skipHours>",
            Wishes(skip_hours=frozenset({0, 23})),
        ),
        (
            b"<skipDays><day>Saturday</day><day>sunday</day><day>Zondag</day></skipDays>",
            Wishes(skip_days=frozenset({5, 6})),
        ),
        (b"<skipDays></skipDays>", Wishes()),
        (b"<sy:updatePeriod>hourly</sy:updatePeriod>", Wishes(period_minutes=60)),
        (
            b"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            Wishes(period_minutes=360),
        ),
        (b"<s:updatePeriod>daily</s:updatePeriod><s:updateFrequency>0</s:updateFrequency>", Wishes()),
        (b"<sy:updatePeriod>whenever</sy:updatePeriod>", Wishes()),
    ],
)
def test_what_a_feed_says_of_when_to_come(body, wanted):
    assert wishes(body) == wanted


@given(st.binary(max_size=300))
def test_no_bytes_crash_it(body):
    wishes(b"<skipHours>" + body + b"</skipHours>:updatePeriod" + body)
