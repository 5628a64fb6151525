"""Who is answered by the pages' server: hosts, the secret, origins, sizes; asked over a real socket."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kzsim.serve import guard
from kzsim.serve.answer import Answer
from kzsim.serve.server import Server
from tests.cli.program import TINY

FORM = {"Content-Type": guard.FORM}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "tiny.yaml").write_text(TINY, encoding="utf-8")
    faults: list[BaseException] = []
    made = Server(tmp_path / "scenarios", tmp_path / "results", faulty=faults.append)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.end()
    assert faults == []


def ask(
    server: Server, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> http.client.HTTPResponse:
    """Ask for a path below the secret; '_' in the name of a header is '-'."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path.replace("SECRET", server.secret), body, named)
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer


def origin(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_only_the_loopback_address_is_listened_on(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert server.address == f"http://127.0.0.1:{server.server_port}/{server.secret}/"


def test_every_server_has_a_secret_of_its_own() -> None:
    secrets = {guard.new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}


def test_the_address_that_was_printed_is_answered(server: Server) -> None:
    answer = ask(server, "/SECRET/")
    assert (answer.status, answer.getheader("Content-Type")) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_this_machine_may_be_called_by_either_of_its_names(server: Server, name: str) -> None:
    assert ask(server, "/SECRET/", Host=f"{name}:{server.server_port}").status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil.example"],
)
def test_a_name_that_was_made_to_lead_here_is_refused_even_with_the_secret(server: Server, host: str) -> None:
    answer = ask(server, "/SECRET/", Host=host.format(port=server.server_port))
    assert answer.status == 421
    assert server.secret not in answer.text


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "127.0.0.1:80"])
def test_a_browser_may_leave_out_the_port_that_http_means(name: str) -> None:
    assert guard.wrong_host({"Host": name}, 80) is None
    form = {"Origin": f"http://{name}", "Content-Type": guard.FORM, "Content-Length": "3"}
    assert guard.wrong_post(form, 80) is None
    assert guard.wrong_host({"Host": "evil.example"}, 80) is not None
    for port in (8000, 443):
        assert guard.wrong_host({"Host": name}, port) is not None
        assert guard.wrong_post(form, port) is not None


def test_those_who_send_half_a_request_keep_nobody_waiting(server: Server) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.server_port), timeout=20) for _ in range(20)]
    try:
        for number, line in enumerate(slow):
            line.sendall(f"GET /{server.secret}/ HTTP/1.1\r\nHost: 127.".encode()[: 1 + 2 * number])
        for _ in range(3):
            assert ask(server, "/SECRET/").status == 200
    finally:
        for line in slow:
            line.close()


def test_one_who_does_not_read_the_answer_keeps_nobody_waiting(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = server.site.get
    long = Answer(b"x" * 50_000_000)  # more than a socket's buffers hold
    monkeypatch.setattr(
        server.site, "get", lambda path, *more: long if path == "/long" else real(path, *more)
    )
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as line:
        own = f"Host: 127.0.0.1:{server.server_port}"
        line.sendall(f"GET /{server.secret}/long HTTP/1.1\r\n{own}\r\n\r\n".encode())
        assert line.recv(12) == b"HTTP/1.0 200"
        assert ask(server, "/SECRET/").status == 200


@pytest.mark.parametrize(
    "path",
    ["/", "", "/scenarios", "/SECRETx/", "/x/SECRET/", "/secret/../SECRET/", "/%53ECRET/"],
)
def test_without_the_secret_at_its_place_nothing_is_told(server: Server, path: str) -> None:
    answer = ask(server, path or "/?SECRET")
    assert answer.status == 403
    assert answer.text == "Open the address that 'kzsim serve' printed.\n"


def test_a_secret_with_one_letter_changed_is_refused(server: Server) -> None:
    wrong = server.secret[:-1] + ("A" if server.secret[-1] != "A" else "B")
    assert ask(server, f"/{wrong}/").status == 403


@pytest.mark.parametrize("path", ["/SECRET/", "/SECRET/assets/serve.js", "/SECRET/nowhere", "/wrong/"])
def test_every_answer_forbids_what_pages_do_not_need(server: Server, path: str) -> None:
    answer = ask(server, path)
    policy = answer.getheader("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "unsafe" not in policy
    for directive in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert directive in policy
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Cache-Control") == "no-store"
    assert answer.getheader("Referrer-Policy") == "same-origin"
    assert answer.getheader("Access-Control-Allow-Origin") is None


def test_a_report_is_shown_without_an_origin_so_that_its_script_reaches_no_page() -> None:
    assert guard.REPORT_POLICY.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in guard.REPORT_POLICY
    assert "connect-src" not in guard.REPORT_POLICY  # default-src 'none' holds


@pytest.mark.parametrize(
    "said", [None, "null", "https://evil.example", "http://127.0.0.1:1", "{own}.evil.example"]
)
def test_a_form_from_another_page_is_refused_even_with_the_secret(server: Server, said: str | None) -> None:
    headers = {} if said is None else {"Origin": said.format(own=origin(server))}
    answer = ask(server, "/SECRET/check", "POST", b"title=x", Content_Type=guard.FORM, **headers)
    assert answer.status == 403


def test_a_form_of_this_server_is_read(server: Server) -> None:
    answer = ask(
        server, "/SECRET/check", "POST", b"title=x&name=y", Origin=origin(server), Content_Type=guard.FORM
    )
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "application/json"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_only_forms_are_read(server: Server, kind: str) -> None:
    answer = ask(server, "/SECRET/check", "POST", b"{}", Origin=origin(server), Content_Type=kind)
    assert answer.status == 415


def test_a_form_that_is_too_long_is_refused_before_it_is_read(server: Server) -> None:
    said = str(guard.MOST_BYTES + 1)
    answer = ask(
        server, "/SECRET/check", "POST", Origin=origin(server), Content_Type=guard.FORM, Content_Length=said
    )
    assert answer.status == 413


def test_a_form_of_the_greatest_length_is_read(server: Server) -> None:
    body = b"title=" + b"x" * (guard.MOST_BYTES - 6)
    answer = ask(server, "/SECRET/check", "POST", body, Origin=origin(server), Content_Type=guard.FORM)
    assert answer.status == 200


@pytest.mark.parametrize("length", ["", "-1", "many", "1e3", "٣", "9" * 400])
def test_a_form_whose_length_is_no_number_is_refused(length: str) -> None:
    headers = {"Origin": "http://127.0.0.1:8000", "Content-Type": guard.FORM, "Content-Length": length}
    refusal = guard.wrong_post(headers, 8000)
    assert refusal is not None
    assert refusal.status in (411, 413)


def said_raw(server: Server, *lines: str) -> bytes:
    """What a request of these lines is answered when nothing more is sent."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as line:
        line.sendall("\r\n".join(lines).encode())
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_half_a_form_is_refused(server: Server) -> None:
    said = said_raw(
        server,
        f"POST /{server.secret}/check HTTP/1.1",
        f"Host: 127.0.0.1:{server.server_port}",
        f"Origin: {origin(server)}",
        f"Content-Type: {guard.FORM}",
        "Content-Length: 4000",
        "",
        "title=",
    )
    assert b" 400 " in said.partition(b"\r\n")[0]
    assert b"ended before its stated length" in said


def test_a_request_with_two_hosts_is_refused(server: Server) -> None:
    own = f"Host: 127.0.0.1:{server.server_port}"
    said = said_raw(server, f"GET /{server.secret}/ HTTP/1.1", own, "Host: evil.example", "", "")
    assert b" 400 " in said.partition(b"\r\n")[0]


def test_a_form_in_pieces_of_unknown_length_is_refused() -> None:
    headers = {"Origin": "http://localhost:8000", "Content-Type": guard.FORM, "Content-Length": "3"}
    assert guard.wrong_post(headers, 8000) is None
    refusal = guard.wrong_post({**headers, "Transfer-Encoding": "chunked"}, 8000)
    assert refusal is not None
    assert refusal.status == 411


def test_a_form_of_too_many_fields_is_refused(server: Server) -> None:
    body = b"&".join(b"a=1" for _ in range(3000))
    answer = ask(server, "/SECRET/check", "POST", body, Origin=origin(server), Content_Type=guard.FORM)
    assert answer.status == 400


@pytest.mark.parametrize(
    "path", ["/SECRET/", "/SECRET/nowhere", "/SECRET/scenario?name=tiny.yaml", "/another-secret/"]
)
def test_a_head_is_what_the_page_is_sent_with_and_no_byte_more(server: Server, path: str) -> None:
    page, head = ask(server, path), raw(server, "HEAD", path)
    said, end, body = head.partition(b"\r\n\r\n")
    assert (end, body) == (b"\r\n\r\n", b"")
    assert f" {page.status} ".encode() in said.splitlines()[0]
    for name in ("Content-Type", "Content-Length", "Content-Security-Policy"):
        assert f"{name}: {page.getheader(name)}".encode() in said.splitlines()


def raw(server: Server, method: str, path: str) -> bytes:
    """Every byte that is sent; a client of HTTP would not look beyond the head."""
    asked = (
        f"{method} {path.replace('SECRET', server.secret)} HTTP/1.0\r\nHost: localhost:{server.server_port}"
    )
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
        connection.sendall(f"{asked}\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused_with_the_same_headers(server: Server, method: str) -> None:
    answer = ask(server, "/SECRET/", method)
    assert answer.status == 405
    assert answer.getheader("Allow") == "GET, HEAD, POST"
    assert answer.getheader("Content-Security-Policy") is not None


def test_what_changes_something_is_not_done_by_following_a_link(server: Server) -> None:
    for path in ("/SECRET/start?scenario=tiny.yaml", "/SECRET/save?name=x", "/SECRET/stop"):
        assert ask(server, path).status == 404
    assert server.jobs.job is None


def test_a_port_that_is_taken_is_an_error(server: Server, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(tmp_path, tmp_path, port=server.server_port)


def test_a_fault_in_one_page_is_told_and_the_others_are_still_answered(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(server, "faulty", told.append)
    monkeypatch.setattr(server.site, "get", lambda *_: 1 / 0)
    answer = ask(server, "/SECRET/")
    assert answer.status == 500
    assert "ZeroDivisionError" in answer.text
    assert "Traceback" not in answer.text
    monkeypatch.undo()
    assert [type(error) for error in told] == [ZeroDivisionError]
    assert ask(server, "/SECRET/").status == 200
