import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.text.fields import Body, MissingValues, fields_of

ANN = {"First Name": "Ann", "room": "L2"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("No fields here (really)", []),
        ("Dear ((name))", ["name"]),
        ("((first name)) ((Room)) ((first_name))", ["first name", "Room"]),
        ("((b)) ((a)) ((b)) ((c))", ["b", "a", "c"]),
        ("((veg??Vegetarian)) ((room))", ["veg", "room"]),
        ("(( name ))", ["name"]),
        ("((really?))", ["really?"]),
        ("(((name)))", ["name"]),
        ("(( )) (()) ((-)) ((a ((b))", ["b"]),
        ("{name} [name] %(name)s", []),
    ],
)
def test_the_fields_of_a_body_are_named_once_in_order(body, fields):
    assert fields_of(body) == fields


@pytest.mark.parametrize(
    "spelling",
    ["first name", "FirstName", "FIRST_NAME", "first-name", " First  Name ", "f irstname"],
)
def test_a_name_matches_whatever_its_case_spaces_underscores_and_hyphens(spelling):
    assert Body(f"Dear (({spelling})),").render(ANN) == "Dear Ann,"
    assert Body("Dear ((first name)),").render({spelling: "Ann"}) == "Dear Ann,"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("((first name)): room ((room)).", "Ann: room L2."),
        ("((room))((room))", "L2L2"),
        ("(((room)))", "(L2)"),
        ("no fields {room}", "no fields {room}"),
        ("((room))\n((first name))", "L2\nAnn"),
        ("100% {0} ((room))", "100% {0} L2"),
    ],
)
def test_a_field_becomes_the_value(body, text):
    assert Body(body).render(ANN) == text


@pytest.mark.parametrize("yes", ["yes", "Y", "true", "T", "1", "include", "SHOW", " yes ", True, 1])
def test_the_words_of_a_condition_show_when_the_value_says_yes(yes):
    assert Body("Hi((veg?? (no meat))).").render({"veg": yes}) == "Hi (no meat)."


@pytest.mark.parametrize("no", ["no", "n", "0", "false", "", "  ", "yes please", False, 0, "2"])
def test_the_words_of_a_condition_do_not_show_otherwise(no):
    assert Body("Hi((veg?? (no meat))).").render({"veg": no}) == "Hi."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Menu((veg??: no meat (or fish)))!", "Menu: no meat (or fish)!"),
        ("(((veg??x)))", "(x)"),
        ("((veg??a??b))", "a??b"),
        ("((veg??))", ""),
        ("((veg??one\ntwo))", "one\ntwo"),
    ],
)
def test_the_words_of_a_condition_may_hold_brackets_and_lines(body, text):
    assert Body(body).render({"veg": "yes"}) == text


def test_the_words_of_a_condition_are_not_a_default():
    assert Body("((name??friend))").render({"name": "Ann"}) == ""


def test_a_value_is_never_parsed_again():
    values = {"name": "((secret))", "secret": "hidden", "veg": "yes"}

    assert Body("Dear ((name))").render(values) == "Dear ((secret))"
    assert Body("Dear ((name))").render({"name": "{secret} \\1 %s"}) == "Dear {secret} \\1 %s"


@pytest.mark.parametrize("blank", [{}, {"Room": ""}, {"Room": "  "}, {"Room": None}])
def test_a_missing_value_is_named_and_never_left_blank(blank):
    body = Body("((Room)), ((Name)), ((ROOM))")

    assert body.missing({"name": "Ann", **blank}) == ["Room"]
    with pytest.raises(MissingValues, match="No value for") as refusal:
        body.render({"name": "Ann", **blank})
    assert refusal.value.names == ["Room"]


def test_all_missing_names_are_reported_as_the_body_writes_them():
    assert Body("((b)) ((First name)) ((b)) ((veg??x))").missing({}) == ["b", "First name", "veg"]


def test_a_condition_needs_its_column_but_not_a_value():
    assert Body("((veg??x))").missing({"veg": ""}) == []
    assert Body("((veg??x))").missing({"veg": None}) == ["veg"]


@given(st.text(), st.text(min_size=1).filter(lambda value: not value.isspace()))
def test_whatever_the_value_it_comes_out_as_it_went_in(around, value):
    around = around.replace("(", "").replace(")", "")

    assert Body(f"{around}((x)){around}").render({"X": value}) == f"{around}{value}{around}"


@given(st.text(alphabet="()?a \n"))
def test_no_body_is_too_odd_to_read(body):
    assert set("".join(Body(body).missing({}))) <= set(body)


@pytest.mark.timeout(20)
def test_a_body_made_to_be_slow_is_read_once_and_rendered_for_100_000_people_at_once():
    body = Body("((name)) ((veg??and a meal)) " + "((" * 2_000 + "?? " * 2_000)

    rendered = {body.render({"Name": number, "Veg": "yes"})[:6] for number in range(100_000)}

    assert len(rendered) == 100_000
