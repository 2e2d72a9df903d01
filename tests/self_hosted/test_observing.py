"""What operators see of a service: audit log, metrics, request ids; and never a secret."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.wire import SINGLE_TENANT
from tests.self_hosted.services import NAME, PROVIDER, SECRET, Service, serving_service

SCOPED = {"provider": PROVIDER, "token": NAME, "databases": [SINGLE_TENANT]}


@dataclass(frozen=True)
class Observed:
    """A service whose audit log is read."""

    service: Service
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """The audit log so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def observed(tmp_path: Path) -> Iterator[Observed]:
    """A service with an audit log in a file, its integration and a scoped token."""
    log = tmp_path / "audit.jsonl"
    with serving_service(audit_log=log, username="ana", password="secret word") as service:
        service.add_integration()
        service.add_token()
        yield Observed(service, log)


def test_audit_log_says_who_did_what_to_which_token(observed: Observed) -> None:
    """Changes and look-ups have a line each with caller, operation, token name, database."""
    observed.service.look_up()
    added_integration, added_token, looked_up = observed.lines()
    assert added_integration["what"] == "add_integration"
    assert added_integration["provider"] == PROVIDER
    for line, what, status in ((added_token, "add_token", 201), (looked_up, "look_up_secret", 200)):
        assert (line["who"], line["what"], line["status"]) == ("application token", what, status)
        assert {member: line[member] for member in SCOPED} == SCOPED
        assert line["from"] == "127.0.0.1"
        assert line["time"].endswith("+00:00")
        assert line["problem"] is None


@pytest.mark.parametrize(
    ("method", "path", "more", "said"),
    [
        ("PUT", "/secret", {"json": {"secret": "hf_other"}}, {"what": "replace_secret"}),
        ("GET", "/scope", {}, {"what": "show_scope"}),
        ("POST", "/scope", {"json": {"databases": ["x"]}}, {"problem": "DATABASE_NOT_FOUND"}),
        ("DELETE", "?name=other", {}, {"what": "remove_token", "problem": "NAME_MISMATCH"}),
        ("DELETE", f"/scope/{SINGLE_TENANT}?name=cluster", {}, {"databases": [SINGLE_TENANT]}),
    ],
)
def test_audit_log_names_the_token_behind_an_id(
    observed: Observed, method: str, path: str, more: dict[str, Any], said: dict[str, object]
) -> None:
    """Calls that name a token by its id are written down with its name, refused ones as well."""
    (token,) = observed.service.manage("GET", f"/{PROVIDER}/tokens").json()
    observed.service.manage(method, f"/{PROVIDER}/tokens/{token['id']}{path}", **more)
    line = observed.lines()[-1]
    assert {member: line[member] for member in {"token", *said}} == {"token": NAME, **said}


def test_refused_callers_are_written_down(observed: Observed) -> None:
    """Who shows a wrong token is nobody, and what they wanted is known."""
    observed.service.look_up(authorization="Bearer wrong")
    observed.service.manage("GET", headers={"Authorization": "Bearer wrong"})
    looked_up, managed = observed.lines()[-2:]
    assert (looked_up["who"], looked_up["status"], looked_up["token"]) == (None, 401, NAME)
    assert (managed["who"], managed["status"]) == (None, 401)
    assert {looked_up["problem"], managed["problem"]} == {"UNAUTHENTICATED"}


def test_nothing_secret_is_written(observed: Observed) -> None:
    """Secrets, tokens and passwords stand neither in the audit log nor in the metrics."""
    service = observed.service
    (token,) = service.manage("GET", f"/{PROVIDER}/tokens").json()
    new = {"json": {"secret": "hf_rotated"}}
    service.manage("PUT", f"/{PROVIDER}/tokens/{token['id']}/secret", **new)
    service.look_up()
    service.look_up(authorization="Bearer Cassandra:YW5h:c2VjcmV0IHdvcmQ=")
    written = observed.log.read_text() + service.http.get(f"{service.addresses.url}/metrics").text
    assert observed.lines()[-1]["who"] == "user ana"
    for secret in (SECRET, "hf_rotated", service.token, "c2VjcmV0IHdvcmQ=", "secret word"):
        assert secret not in written


def test_audit_log_is_for_its_owner_and_may_be_moved(observed: Observed, tmp_path: Path) -> None:
    """Others cannot read it; a log that was moved away is begun anew."""
    assert stat.S_IMODE(observed.log.stat().st_mode) == 0o600
    observed.log.rename(tmp_path / "yesterday")
    observed.service.look_up()
    assert [line["what"] for line in observed.lines()] == ["look_up_secret"]


def test_audit_log_that_cannot_be_written(tmp_path: Path) -> None:
    """A service that could not write its audit log does not start."""
    with (
        pytest.raises(ConfigurationError) as refused,
        serving_service(audit_log=tmp_path / "no" / "log"),
    ):
        pass
    assert refused.value.code == "AUDIT_LOG_UNUSABLE"


def test_metrics_count_operations(observed: Observed) -> None:
    """Requests are counted by operation and status and timed; paths nobody knows are not."""
    service = observed.service
    for authorization in ("", "", "Bearer wrong"):
        service.look_up(authorization=authorization)
    service.http.get(f"{service.addresses.url}/nothing/here")
    shown = service.http.get(f"{service.addresses.url}/metrics").text
    name = "astra_vectorize_requests_total"
    assert f'{name}{{operation="look_up_secret",status="200"}} 2.0' in shown
    assert f'{name}{{operation="look_up_secret",status="401"}} 1.0' in shown
    assert f'{name}{{operation="add_token",status="201"}} 1.0' in shown
    assert 'astra_vectorize_request_seconds_count{operation="look_up_secret"} 3.0' in shown
    assert "nothing" not in shown


@pytest.mark.parametrize("header", ["X-Datastax-Request-ID", "X-Request-ID"])
def test_request_id_of_the_caller(observed: Observed, header: str) -> None:
    """A caller's id comes back in the same header and stands in the audit log."""
    answer = observed.service.manage("GET", headers={header: "id-42"})
    assert answer.headers[header] == "id-42"
    assert observed.lines()[-1]["request_id"] == "id-42"


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, '"quoted"'])
def test_request_id_that_is_none(observed: Observed, given: str) -> None:
    """Where the caller has no usable id, the answer brings one that was made up."""
    answer = observed.service.manage("GET", headers={"X-Request-ID": given})
    made_up = answer.headers["X-Request-ID"]
    assert made_up != given
    assert observed.lines()[-1]["request_id"] == made_up
