from messaging.text.segments import measure
from smsportal.bench import pure
from smsportal.lib.phones import normalise


def test_the_bench_measures_distinct_texts_of_a_usual_length():
    texts = pure.texts(1_000, "", "€")

    assert len(set(texts)) == 1_000
    assert 90 <= min(map(len, texts)) <= max(map(len, texts)) <= 160
    assert {measure(text).encoding for text in texts} == {"GSM-7"}
    assert {measure(text).encoding for text in pure.texts(9, "’", "😀")} == {"UCS-2"}


def test_the_bench_normalises_distinct_mobiles_half_of_them_with_spaces_or_44():
    typed = pure.mobiles(1_000)

    assert [normalise(each) for each in typed] == [
        f"+44{number}" for number in range(7_400_000_000, 7_400_001_000)
    ]
    assert sum(" " in each or "+44" in each for each in typed) == 500


def test_each_figure_says_its_goal_and_its_limit():
    figure = pure.Figure("normalise", 500_000, 1_234_567.8, 500_000, 9e6, "a bare regex")

    assert str(figure) == (
        "normalise: 1,234,568/s (500,000 distinct, goal 500,000; a bare regex 9,000,000/s)"
    )
    assert pure.measure_gsm_7(100).count == 100
    assert pure.normalise_mobiles(100).rate > 0
