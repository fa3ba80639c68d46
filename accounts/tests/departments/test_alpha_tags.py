import pytest

from accounts.departments.alpha_tags import GENERIC_WORDS, check, warnings


@pytest.mark.parametrize(
    "tag", ["ABC", "ABCDEFGHIJK", "A-B C", "T1T", "Oxford IT", "PHYSICS", "STUDY", "a-1"]
)
def test_a_tag_within_the_rules_has_no_problem(tag):
    assert check(tag) == []


def test_s74_eleven_characters_are_accepted_and_twelve_refused():
    assert check("ABCDEFGHIJK") == []
    assert check("ABCDEFGHIJKL") == [
        (
            "length",
            "ABCDEFGHIJKL is too long. An Alpha tag has 3 to 11 characters; this has 12.",
        )
    ]


@pytest.mark.parametrize(
    "tag", ["A_BC", "A.BC", "A&BC", "£ABC", "ABÇ", "AB\tC", "AB\N{NO-BREAK SPACE}C"]
)
def test_s75_other_special_characters_are_refused(tag):
    assert [problem.rule for problem in check(tag)] == ["chars"]


def test_s75_a_space_and_a_hyphen_are_accepted():
    assert check("A-B C") == []


def test_s76_a_digit_is_refused_at_the_start_only():
    assert check("1TEST") == [("first", "The Alpha tag cannot start with a number")]
    assert check("T1T") == []


@pytest.mark.parametrize(
    ("tag", "rules"),
    [
        ("", ["length", "letter"]),
        ("AB", ["length"]),
        ("123", ["first", "letter"]),
        ("---", ["letter"]),
        (" ABC", ["spaces"]),
        ("ABC ", ["spaces"]),
        ("A  BC", ["spaces"]),
        ("1 & more than 11 ", ["length", "chars", "first", "spaces"]),
        ("verify", ["word"]),
        ("INFO", ["word"]),
        ("Test-SMS", ["word"]),
    ],
)
def test_every_broken_rule_is_named_in_the_order_of_the_list(tag, rules):
    assert [problem.rule for problem in check(tag)] == rules


@pytest.mark.parametrize("word", sorted(GENERIC_WORDS))
def test_a_generic_word_is_refused_whatever_its_case(word):
    assert [problem.rule for problem in check(word.upper())] == ["word"]


def test_the_words_name_what_is_wrong_and_the_cure():
    assert check("A_B&C_") == [
        (
            "chars",
            "The Alpha tag cannot have _ & in it. Use letters, numbers, spaces and hyphens.",
        )
    ]
    assert check("Info") == [
        (
            "word",
            "Networks block Info, because it does not say who is texting. Use your own name.",
        )
    ]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("VER1FY", "VER1FY looks like the word VERIFY. Networks may block it"),
        ("VER IFY", "VER IFY looks like the word VERIFY. Networks may block it"),
        ("1NF0", "1NF0 looks like the word INFO. Networks may block it"),
        ("5M5", "5M5 looks like the word SMS. Networks may block it"),
        ("UPDAT3", "UPDAT3 looks like the word UPDATE. Networks may block it"),
        ("PHYS-INFO", "PHYS-INFO contains the word INFO. Networks may block it"),
        ("Test-SMS2", "Test-SMS2 contains the word TEST-SMS. Networks may block it"),
    ],
)
def test_a_generic_word_inside_or_in_disguise_is_a_warning(tag, words):
    assert warnings(tag) == [("generic", words)]


def test_another_departments_tag_is_a_warning():
    known = ["PHYSICS", "Oxford IT"]

    assert warnings("Physics", known) == [
        ("duplicate", "Another department already texts as PHYSICS")
    ]
    assert warnings("PHYS1CS", known) == [
        ("look_alike", "PHYS1CS looks like PHYSICS, which another department uses")
    ]
    assert warnings("0XF0RD-1T", known) == [
        ("look_alike", "0XF0RD-1T looks like Oxford IT, which another department uses")
    ]
    assert warnings("CHEMISTRY", known) == []


def test_a_word_that_is_blocked_is_not_warned_of_as_well():
    assert warnings("info") == []
