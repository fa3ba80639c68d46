"""Subjects as the systems write them, and what a phone shows."""

import pytest

from messaging.relay.alarms import and_more, fingerprint, readable

AS_SHOWN = [
    # Nagios, Icinga 1
    ("** PROBLEM Service Alert: web1/HTTP is CRITICAL **", "CRITICAL: HTTP on web1"),
    ("** RECOVERY Service Alert: web1/HTTP is OK **", "OK: HTTP on web1"),
    ("** PROBLEM Service Alert: db2/Disk /var is WARNING **", "WARNING: Disk /var on db2"),
    ("** PROBLEM Host Alert: web1 is DOWN **", "DOWN: web1"),
    ("** RECOVERY Host Alert: web1 is UP **", "UP: web1"),
    (
        "** ACKNOWLEDGEMENT Service Alert: web1/HTTP is CRITICAL **",
        "ACKNOWLEDGED: HTTP on web1, CRITICAL",
    ),
    ("** DOWNTIMESTART Host Alert: web1 is UP **", "DOWNTIME BEGINS: web1, UP"),
    ("** FLAPPINGSTART Service Alert: web1/NTP is OK **", "FLAPPING: NTP on web1, OK"),
    ("Nagios: PROBLEM Service Alert: web1/HTTP is CRITICAL", "CRITICAL: HTTP on web1"),
    # OMD
    ("*** PROBLEM *** web1 / HTTP is CRITICAL", "CRITICAL: HTTP on web1"),
    ("*** RECOVERY *** web1 is UP", "UP: web1"),
    # Icinga 2
    ("PROBLEM - web1 - Load is WARNING", "WARNING: Load on web1"),
    ("RECOVERY - web1 is UP", "UP: web1"),
    ("[PROBLEM] Freezer 3 on cellar is CRITICAL!", "CRITICAL: Freezer 3 on cellar"),
    ("[RECOVERY] Host web1 is UP!", "UP: web1"),
    # Zabbix can be read as it is
    (
        "Problem: High CPU utilization (over 90% for 5m)",
        "Problem: High CPU utilization (over 90% for 5m)",
    ),
    ("Resolved in 5m 3s: Zabbix agent is down", "Resolved in 5m 3s: Zabbix agent is down"),
    # Uptime Kuma
    (
        "[Library catalogue] [🔴 Down] timeout of 48000ms exceeded",
        "DOWN: Library catalogue, timeout of 48000ms exceeded",
    ),
    ("[Library catalogue] [✅ Up] 200 - OK", "UP: Library catalogue, 200 - OK"),
    ("[Library catalogue] [🔴 Down]", "DOWN: Library catalogue"),
    # Prometheus Alertmanager, Grafana
    (
        "[FIRING:1] HighLatency (web1:9100 node critical)",
        "FIRING: HighLatency (web1:9100 node critical)",
    ),
    ("[FIRING:3] InstanceDown prod (node)", "FIRING: InstanceDown prod (node), 3 alerts"),
    ("[RESOLVED] InstanceDown prod (node)", "RESOLVED: InstanceDown prod (node)"),
    ("[FIRING:2, RESOLVED:1] Disk full (db2)", "FIRING: Disk full (db2), 2 alerts"),
]

AS_WRITTEN = [
    "Lecture moved to 2pm",
    "Re: ** PROBLEM Service Alert: web1/HTTP is CRITICAL **",
    "Problem: the lift is broken",
    "OK: see you at 5",
    "PROBLEM - the lift is broken",
    "[PROBLEM] the lift",
    "[Library] Books due",
    "[Up] and coming",
    "[FIRING] squad film night",
    "  two  spaces ",
    "",
]


@pytest.mark.parametrize(("subject", "shown"), AS_SHOWN)
def test_s2_an_alarm_can_be_read_on_a_phone(subject, shown):
    assert readable(subject) == shown


@pytest.mark.parametrize("subject", AS_WRITTEN)
def test_what_people_write_stays_as_they_wrote_it(subject):
    assert readable(subject) == subject


SAME = [
    ("[X] [🔴 Down] timeout of 48000ms exceeded", "[X] [🔴 Down] connect ECONNREFUSED"),
    ("[FIRING:1] InstanceDown (node)", "[FIRING:4] InstanceDown (node)"),
    ("Resolved in 5m 3s: Agent is down", "Resolved in 1h 2m: Agent is down"),
    ("Freezer 3 too warm", "freezer 3  too warm "),
    ("** PROBLEM Host Alert: web1 is DOWN **", "*** PROBLEM *** web1 is DOWN"),
]
DIFFERENT = [
    ("** PROBLEM Host Alert: web1 is DOWN **", "** RECOVERY Host Alert: web1 is UP **"),
    ("** PROBLEM Host Alert: web1 is DOWN **", "** PROBLEM Host Alert: web2 is DOWN **"),
    (
        "** PROBLEM Service Alert: web1/HTTP is WARNING **",
        "** PROBLEM Service Alert: web1/HTTP is CRITICAL **",
    ),
    (
        "** PROBLEM Service Alert: web1/HTTP is CRITICAL **",
        "** ACKNOWLEDGEMENT Service Alert: web1/HTTP is CRITICAL **",
    ),
    ("Problem: Agent is down", "Resolved: Agent is down"),
    ("[X] [🔴 Down] timeout", "[X] [✅ Up] 200 - OK"),
    ("Freezer 3 too warm", "Freezer 4 too warm"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_repeats_say_the_same(one, other):
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_state_place_or_thing_is_another_alarm(one, other):
    assert fingerprint(one) != fingerprint(other)


def test_the_last_text_says_how_many_more_there_were():
    assert and_more("** PROBLEM Host Alert: web1 is DOWN **", 47) == "DOWN: web1 (and 47 more)"
    assert and_more("Freezer 3 too warm", 1200) == "Freezer 3 too warm (and 1,200 more)"
