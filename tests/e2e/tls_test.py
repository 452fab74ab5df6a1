"""[http.tls] and OAuth 2, as clients that others wrote meet them."""

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse

import harness
from harness import EndToEnd, ask, wait_until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, timeout=60, **options)


class Authority:
    """A certificate authority, made by the openssl command."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.name = name
        self.certificate = self.folder / f"{name}.pem"
        self.key = self.folder / f"{name}-key.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate, check=True)

    def issue(self, serial, certificate, key):
        """A server's pair for 127.0.0.1 at these paths, each put there as a whole; the key is made for its owner."""
        request, extensions = self.folder / "request.pem", self.folder / "extensions"
        extensions.write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
        fresh_certificate, fresh_key = certificate.with_suffix(".new"), key.with_suffix(".new")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=mayfly",
                "-keyout", fresh_key, "-out", request, check=True)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", "2",
                "-set_serial", serial, "-extfile", extensions, "-out", fresh_certificate, check=True)
        fresh_key.chmod(0o600)
        os.replace(fresh_certificate, certificate)
        os.replace(fresh_key, key)


class Tls(EndToEnd):
    @classmethod
    def setUpClass(cls):
        cls.pki = pathlib.Path(tempfile.mkdtemp(prefix="mayfly-pki-"))
        cls.addClassCleanup(shutil.rmtree, cls.pki, ignore_errors=True)
        cls.authority = Authority(cls.pki, "our-authority")
        cls.other = Authority(cls.pki, "another-authority")
        cls.certificate, cls.key = cls.pki / "server.pem", cls.pki / "server-key.pem"
        cls.authority.issue(1, cls.certificate, cls.key)
        cls.ca = cls.authority.certificate
        cls.config = harness.FAST + f'[http.tls]\ncertificate = "{cls.certificate}"\nkey = "{cls.key}"\n'
        super().setUpClass()
        cls.port = urllib.parse.urlsplit(cls.mayfly.url).port

    @contextlib.contextmanager
    def connect(self, **changes):
        """A connection by Python's ssl; changes are attributes of its context."""
        context = ssl.create_default_context(cafile=self.ca)
        context.set_alpn_protocols(["h2", "http/1.1"])
        for name, value in changes.items():
            setattr(context, name, value)
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as sealed:
                yield sealed

    def serial(self):
        with self.connect() as connection:
            return int(connection.getpeercert()["serialNumber"], 16)

    def curl(self, *arguments):
        return subprocess.run(["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "30",
                               *map(str, arguments)], capture_output=True, text=True, timeout=60)

    # ---- the connection

    def test_says_https_wherever_it_says_its_address(self):
        self.assertTrue(self.mayfly.url.startswith("https://127.0.0.1:"), self.mayfly.url)
        answer = self.curl("--cacert", self.ca, "-H", f"Authorization: Bearer {self.client.token}", "-H",
                           "Accept: text/turtle", f"{self.mayfly.url}/oslc/catalog")
        self.assertIn(f"<{self.mayfly.url}/oslc/", answer.stdout)
        self.assertNotIn(f"http://127.0.0.1:{self.port}", answer.stdout)

    def test_speaks_tls_1_2_and_1_3_with_http_1_1(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.connect(maximum_version=version) as connection:
                self.assertEqual(connection.version(), version.name.replace("_", "."))
                self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")
        old = openssl("s_client", "-connect", f"127.0.0.1:{self.port}", "-tls1_1", "-cipher", "ALL@SECLEVEL=0",
                      stdin=subprocess.DEVNULL)
        self.assertNotEqual(old.returncode, 0)

    def test_resumes_what_a_client_remembers(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=self.ca)
            context.maximum_version = version
            session, resumed = None, []
            for _ in range(2):
                with socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain, \
                        context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as sealed:
                    sealed.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                    self.assertIn(b"200 OK", sealed.recv(4096))
                    session = sealed.session
                    resumed.append(sealed.session_reused)
            self.assertEqual(resumed, [False, True], version)

    def test_shows_a_chain_that_openssl_and_curl_verify(self):
        seen = openssl("s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", self.ca, "-verify_return_error",
                       "-verify_ip", "127.0.0.1", stdin=subprocess.DEVNULL)
        self.assertIn(b"Verify return code: 0 (ok)", seen.stdout)
        good = self.curl("--cacert", self.ca, f"{self.mayfly.url}/healthz")
        self.assertEqual((good.returncode, json.loads(good.stdout)), (0, {"status": "ok"}))
        self.assertEqual(self.curl("--cacert", self.other.certificate, f"{self.mayfly.url}/healthz").returncode, 60)

    def test_tells_who_speaks_plain_http(self):
        answer = self.curl("--write-out", "%{http_code}", f"http://127.0.0.1:{self.port}/healthz")
        self.assertTrue(answer.stdout.endswith("400"), answer)
        self.assertIn("https://", answer.stdout)

    def test_outlives_clients_that_break_off(self):
        for sent in (b"", b"\x16\x03\x01\x02\x00\x01", b"\x16\x03\x01\x00\x05hello", os.urandom(500)):
            with socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain:
                plain.sendall(sent)
        self.assertEqual(ask(self.mayfly.url, "GET", "/healthz", ca=self.ca)[0], 200)

    def test_answers_pipelined_requests_in_small_and_large_pieces(self):
        body = b"x" * 300_000
        large = (f"POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        with self.connect() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 50 + large +
                               b"GET /openapi.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        self.assertEqual(answer.count(b'{"status":"ok"}'), 50)
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", answer)[50:], [b"400", b"200"])
        json.loads(answer[answer.rfind(b"\r\n\r\n"):])

    # ---- the command line

    def test_is_reached_by_the_command_line_with_its_authority_only(self):
        self.assertEqual(self.client.run("ls").returncode, 0)
        for ca in ("", self.other.certificate):
            refused = self.client.run("ls", environment={"MAYFLY_CA": str(ca)})
            self.assertEqual(refused.returncode, 9, refused)
            self.assertIn("certificate", refused.stderr)

    def test_is_logged_in_to_with_an_authority_that_is_remembered(self):
        home = self.folder / "home-of-tls"
        home.mkdir()
        nothing = {"HOME": str(home), "MAYFLY_URL": "", "MAYFLY_USER": "", "MAYFLY_TOKEN": "", "MAYFLY_CA": ""}
        done = self.client.run("login", self.mayfly.url, "--user", harness.USER, "--token-stdin", "--ca", self.ca.name,
                               environment=nothing, input=self.client.token + "\n", cwd=self.pki)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.client.run("ls", environment=nothing, cwd=home)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_streams_a_machine_from_its_request_to_its_end(self):
        reservation = self.reserve()
        with self.connect() as connection:
            connection.sendall(f"GET /users/{harness.USER}/reservations/{reservation['id']}/events HTTP/1.1\r\nHost: a\r\n"
                               f"Authorization: Bearer {self.client.token}\r\n\r\n".encode())
            seen = b""
            while b'"phase":"ready"' not in seen:
                piece = connection.recv(65536)
                self.assertTrue(piece, seen)
                seen += piece
            self.assertIn(b"text/event-stream", seen)
        done = self.client.run("down", reservation["id"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.get(reservation["id"])["phase"], "released")

    # ---- renewal

    def test_takes_a_renewed_certificate_and_keeps_the_old_when_it_is_none(self):
        before = self.serial()
        kept = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30,
                                           context=ssl.create_default_context(cafile=self.ca))
        self.addCleanup(kept.close)

        def still_answers():
            kept.request("GET", "/healthz")
            return kept.getresponse().read()

        still_answers()
        self.authority.issue(before + 1, self.certificate, self.key)
        wait_until(lambda: self.serial() == before + 1, 30, "the renewed certificate")
        still_answers()

        good = self.key.read_text()
        self.key.write_text("-----BEGIN PRIVATE KEY-----\nhalf")
        self.key.chmod(0o644)
        wait_until(lambda: self.serial() == before + 1 and "the old one stays" in self.mayfly.log.read_text(), 30,
                   "a word about the broken key")
        self.key.write_text(good)
        wait_until(lambda: self.serial() == before + 1 and "others may read" in self.mayfly.log.read_text(), 30,
                   "a warning about the open key")
        still_answers()

    def test_is_checked_before_the_start(self):
        def check(certificate, key):
            config = self.folder / "checked.toml"
            config.write_text(f'[http.tls]\ncertificate = "{certificate}"\nkey = "{key}"\n')
            return self.client.run("config", "check", "--config", config)

        self.assertEqual(check(self.certificate, self.key).returncode, 0)
        for certificate, key in ((self.certificate, self.other.key), (self.pki / "none.pem", self.key)):
            wrong = check(certificate, key)
            self.assertEqual(wrong.returncode, 5, wrong)
            self.assertIn("cannot be used", wrong.stderr)

    # ---- OAuth 2

    def bearer(self, token, path, **headers):
        return ask(self.mayfly.url, "GET", path, headers={"Authorization": f"Bearer {token}", **headers}, ca=self.ca)

    def access_token(self, expires):
        """One as docs/decisions/0012 says it is made, by other libraries."""
        master = bytes.fromhex((self.mayfly.data / "master.key").read_text().strip())
        key = hashlib.blake2b(b"access token", key=master, digest_size=32).digest()
        claim = f"{harness.USER}.{int(expires)}.{secrets.token_hex(8)}"
        own = hashlib.sha256(self.client.token.encode()).hexdigest()
        tag = hmac.new(key, f"{claim}\n{own}".encode(), "sha256").hexdigest()
        return f"mayfly-at.{claim}.{tag}"

    def test_gives_tokens_to_a_client_of_oauth_at_both_doors(self):
        script = harness.ROOT / "tests" / "interop" / "python_env.sh"
        python = subprocess.run([script, "oauth"], capture_output=True, text=True, check=True).stdout.strip()
        done = subprocess.run([python, pathlib.Path(__file__).with_name("oauth_client.py"), self.mayfly.url, self.ca,
                               harness.USER], input=self.client.token, env=self.client.environment(),
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout)
        self.assertEqual(seen["issuer"], self.mayfly.url)
        self.assertEqual(seen["wrong"], "invalid_client")
        for way in ("basic", "form"):
            self.assertEqual({**seen[way], "access_token": ""},
                             {"access_token": "", "expires_in": 3600, "rest": 200, "oslc": 200, "revoked": [200, 401]})
        log = self.mayfly.log.read_text()
        for hush in (self.client.token, seen["basic"]["access_token"], seen["form"]["access_token"]):
            self.assertNotIn(hush, log)

    def test_another_token_of_the_users_own_ends_all_there_were(self):
        def answers(token):
            return ask(self.mayfly.url, "GET", "/users/eve", headers={"Authorization": f"Bearer {token}"}, ca=self.ca)[0]

        own = self.mayfly.add_user("eve")
        answer = self.curl("--cacert", self.ca, "-u", f"eve:{own}", "-d", "grant_type=client_credentials",
                           f"{self.mayfly.url}/oauth2/token")
        access = json.loads(answer.stdout)["access_token"]
        self.assertEqual([answers(own), answers(access)], [200, 200])
        renewed = self.mayfly.renew_token("eve")
        self.assertEqual([answers(own), answers(access), answers(renewed)], [401, 401, 200])

    def test_gives_a_token_that_the_command_line_takes(self):
        answer = self.curl("--cacert", self.ca, "-u", f"{harness.USER}:{self.client.token}", "-d",
                           "grant_type=client_credentials", f"{self.mayfly.url}/oauth2/token")
        token = json.loads(answer.stdout)["access_token"]
        done = self.client.run("ls", environment={"MAYFLY_TOKEN": token})
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_ends_tokens_at_both_doors_and_says_so(self):
        paths = ((f"/users/{harness.USER}", "application/problem+json"),
                 (f"/oslc/users/{harness.USER}/plans/vm", "text/turtle"))
        for path, kind in paths:
            self.assertEqual(self.bearer(self.access_token(time.time() + 60), path)[0], 200)
            status, headers, body = self.bearer(self.access_token(time.time() - 5), path, Accept=kind)
            self.assertEqual((status, headers.get_content_type()), (401, kind))
            self.assertEqual(headers.get_all("WWW-Authenticate"),
                             ['Bearer realm="mayfly", error="invalid_token"', 'Basic realm="mayfly"'])
            self.assertIn("expired", str(body))
            status, headers, body = ask(self.mayfly.url, "GET", path, headers={"Accept": "text/html, " + kind}, ca=self.ca)
            self.assertEqual(status, 401)
            self.assertEqual(headers.get_all("WWW-Authenticate"), ['Bearer realm="mayfly"', 'Basic realm="mayfly"'])
            self.assertNotIn("<html", str(body).lower())
            self.assertEqual(self.bearer(self.client.token, path.replace(harness.USER, "somebody"))[0], 403)

    def test_answers_preflights_without_credentials(self):
        asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "authorization"}
        for path in ("/oauth2/token", f"/oslc/users/{harness.USER}/requests"):
            status, headers, _ = ask(self.mayfly.url, "OPTIONS", path, headers=asked, ca=self.ca)
            self.assertEqual(status, 204)
            self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
            self.assertIn("Authorization", headers["Access-Control-Allow-Headers"])


if __name__ == "__main__":
    harness.main()
