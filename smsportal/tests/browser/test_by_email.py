"""Email to SMS as a newcomer tries it: the demo, MY PROFILE in a browser, and a mail program."""

import re
import smtplib
import subprocess
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from smsportal.tests.processes import within
from smsportal.tests.test_demo import Demo, end, free_port, start

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.once,
    pytest.mark.xdist_group("demo"),
    pytest.mark.timeout(300),
]

AMIRA, GARETH = "ouit0423", "ouit0423admin"
ADDRESS = "amira.khan@example.ac.uk"
PHONE = "07700900001@oxsms.co.uk"
PASSWORD = "five-practice-bicycles"
ON_PHONES = "SELECT number FROM messaging_simulatedtext WHERE kind = 'to_phone' AND body = ?"


@dataclass
class Seat:
    """Somebody at the demo, with a browser and a mail program. port: the relay's, as printed."""

    demo: Demo
    browser: object
    port: int
    secret: str = ""
    facts: str = ""

    def sign_in(self, username: str):
        page = self.browser.new_context(base_url=f"http://localhost:{self.demo.port}").new_page()
        page.goto("/account/login/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").first.click()
        page.wait_for_url(lambda url: "login" not in url)
        return page

    def swaks(self, *how: str, sender: str = ADDRESS, subject: str) -> str:
        """As the README has it; what was said on both sides."""
        done = subprocess.run(
            [
                *("swaks", "--server", f"127.0.0.1:{self.port}", "--from", sender),
                *("--to", PHONE, "--h-Subject", subject, *how),
            ],
            capture_output=True,
            text=True,
        )
        return done.stdout

    def signing_in(self) -> tuple[str, ...]:
        return ("--auth", "PLAIN", "--auth-user", AMIRA, "--auth-password", self.secret)

    def mail_program(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=20)

    def phones(self, words: str) -> list[str]:
        return sorted(number for (number,) in self.demo.ask(ON_PHONES, words))


@pytest.fixture(scope="module")
def seat(tmp_path_factory, browser):
    """Amira's, who has just made an app password."""
    demo = start(
        tmp_path_factory.mktemp("by-email"), DEMO_PASSWORD=PASSWORD, RELAY_PORT=str(free_port())
    )
    told = demo.output.read_text()
    seat = Seat(demo, browser, int(re.search(r"by SMTP at 127\.0\.0\.1:(\d+)", told)[1]))
    page = seat.sign_in(AMIRA)
    page.goto("/profile/")
    page.get_by_label("What it is for").fill("Outlook at home")
    page.get_by_role("button", name="Make app password").click()
    seat.secret = page.locator("#app-pw").inner_text()
    seat.facts = page.locator("dl.facts").inner_text()
    yield seat
    end(demo)


def test_the_page_says_all_that_a_mail_program_asks_for(seat):
    said = dict(re.findall(r"(.+)\n(.+)", seat.facts))

    assert said["Mail server"] == f"localhost, port {seat.port}, STARTTLS"
    assert said["Username"] == AMIRA
    assert said["Send from"] == ADDRESS
    assert f"localhost, port {seat.port}, with STARTTLS" in profile_of(seat)


def profile_of(seat):
    page = seat.sign_in(AMIRA)
    page.goto("/profile/")
    return page.locator("#app-passwords").inner_text()


@pytest.mark.swaks
def test_the_command_of_the_readme_texts_a_phone(seat):
    words = "Lecture moved to 2pm"

    said = seat.swaks("--tls", *seat.signing_in(), subject=words)

    assert re.search(r"<~ +250 2\.0\.0 Accepted as message M-\w+", said), said
    assert within(30, lambda: seat.phones(words) == ["+447700900001"])
    assert_all_see(seat, words)


def test_a_mail_to_several_people_texts_each_of_them(seat):
    words = "Room 12 instead of room 7"
    mail = EmailMessage()
    mail["From"], mail["Subject"] = ADDRESS, words
    mail["To"] = "07700900001@oxsms.co.uk, +447700900002@oxsms.co.uk"
    mail.set_content("Nothing of this goes out.")

    with seat.mail_program() as program:
        program.starttls()
        program.login(AMIRA, seat.secret)
        refused = program.send_message(mail)

    assert refused == {}
    assert within(30, lambda: seat.phones(words) == ["+447700900001", "+447700900002"])
    assert_all_see(seat, words)


def assert_all_see(seat, words):
    """Whoever sent it, and who looks after the department."""
    for username in (AMIRA, GARETH):
        page = seat.sign_in(username)
        page.goto("/messages/")
        row = page.get_by_role("row").filter(has_text=words).inner_text()
        assert "By email, from Amira Khan" in row, (username, row)


def test_without_tls_a_password_is_neither_asked_for_nor_taken(seat):
    with seat.mail_program() as program:
        program.ehlo()
        offered = program.has_extn("auth")
        code, words = program.docmd("AUTH", "PLAIN AG91aXQwNDIzAHNlY3JldA==")

    assert not offered
    assert (code, words) == (538, b"5.7.11 Encryption required for authentication")


def test_a_stranger_is_told_that_they_may_not(seat):
    with seat.mail_program() as program:
        program.ehlo()
        program.mail("stranger@example.org")
        answer = program.rcpt(PHONE)

    assert answer == (550, b"5.7.1 Sender not authorised for SMS relay")
