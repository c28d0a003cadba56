//! What the configuration file sets.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{CARD, MASKED, Proxy, Upstream, connect, ok, post, read_all, read_until, status};

/// A folder that is removed with it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("lastfour-proxy-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("a folder can be made");
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file can be written");
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a configuration in front of `upstream`: keys of the top, and tables.
    fn config(&self, upstream: &str, top: &str, tables: &str) -> PathBuf {
        let text = format!("listen = '127.0.0.1:0'\n{top}\n[upstream]\nurl = 'http://{upstream}'\n{tables}");
        self.write("proxy.toml", &text)
    }

    pub(crate) fn start(&self, upstream: &Upstream, top: &str, tables: &str) -> Proxy {
        started(&self.config(&upstream.address, top, tables))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn started(config: &Path) -> Proxy {
    Proxy::spawn(&["--config", config.to_str().expect("a path in UTF-8")])
}

fn check(config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastfour"));
    command.args(["proxy", "--check", "--config"]).arg(config).output().expect("the binary runs")
}

fn say(text: &str) -> String {
    format!("{{\"text\":\"{text}\"}}")
}

fn get(address: &str, path: &str) -> String {
    let mut stream = connect(address);
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the request is sent");
    read_all(&mut stream)
}

#[test]
fn a_check_reports_the_first_error_and_starts_nothing() {
    let folder = Folder::new();
    let config = folder.config("127.0.0.1:1", "", "[limits]\nbody = 'many'\n");
    let output = check(&config);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let expected = format!(
        "lastfour: {}: line 6, column 8: limits.body: expected an integer from 0 to 1125899906842624\n",
        config.display()
    );
    assert_eq!(error, expected);
    let output = check(&folder.config("127.0.0.1:1", "policy = 'policy.toml'", ""));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read"), "{output:?}");
    folder.write("policy.toml", "style = 'dots'");
    let output = check(&folder.config("127.0.0.1:1", "policy = 'policy.toml'", ""));
    assert!(String::from_utf8_lossy(&output.stderr).contains("policy.toml: line 1, column 9: "), "{output:?}");
    folder.write("policy.toml", "style = 'label'");
    assert!(check(&folder.config("127.0.0.1:1", "policy = 'policy.toml'", "")).status.success());
    assert_eq!(check(&folder.config("127.0.0.1:1", "", "[tls]\nkey = 'a'\ncertificate = 'b'")).status.code(), Some(2));
}

#[test]
fn every_key_of_the_configuration_is_in_its_chapter() {
    let folder = Folder::new();
    let chapter =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proxy.md")).expect("the chapter");
    let mut keys = 0;
    for section in ["", "upstream", "tls", "trust", "limits", "timeouts", "store", "log", "routes"] {
        let required = "url = 'http://a:1'\npath = '/'\ncertificate = 'a'\nkey = 'a'\n";
        let required: String = match section {
            "upstream" => required.lines().take(1).map(|line| format!("{line}\n")).collect(),
            "routes" => required.lines().skip(1).take(1).map(|line| format!("{line}\n")).collect(),
            "tls" => required.lines().skip(2).map(|line| format!("{line}\n")).collect(),
            _ => String::new(),
        };
        let text = match section {
            "" => "nokey = 1\n[upstream]\nurl = 'http://a:1'\n".to_owned(),
            "upstream" => format!("[upstream]\n{required}nokey = 1\n"),
            "routes" => format!("[upstream]\nurl = 'http://a:1'\n[[routes]]\n{required}nokey = 1\n"),
            section => format!("[upstream]\nurl = 'http://a:1'\n[{section}]\n{required}nokey = 1\n"),
        };
        let output = check(&folder.write("keys.toml", &text));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let known = error.trim_end().split("unknown key; expected one of ").nth(1).unwrap_or_else(|| panic!("{error}"));
        let tables = ["upstream", "tls", "trust", "limits", "timeouts", "store", "log"];
        for key in known.split(", ").filter(|key| !(section.is_empty() && tables.contains(key))) {
            let name =
                if section.is_empty() || section == "routes" { key.to_owned() } else { format!("{section}.{key}") };
            assert!(chapter.contains(&format!("| `{name}` |")), "the key {name} is missing");
            keys += 1;
        }
    }
    assert!(keys > 40, "the keys were not found");
}

#[test]
fn the_configuration_in_the_chapter_is_valid() {
    let folder = Folder::new();
    let chapter =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proxy.md")).expect("the chapter");
    let config = chapter.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a configuration");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proxy/data");
    for name in ["certificate.pem", "key.pem"] {
        fs::copy(data.join(name), folder.0.join(name)).expect("a file can be copied");
    }
    let output = check(&folder.write("proxy.toml", config));
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_request_gets_the_rules_of_the_first_route_that_matches() {
    let folder = Folder::new();
    folder.write("blocks.toml", "[entities.card]\naction = 'block'\n");
    let routes = "[[routes]]\npath = '/raw'\nmethods = ['POST']\ndirection = 'none'\n\
                  [[routes]]\npath = '/rooms/*/strict'\npolicy = 'blocks.toml'\n\
                  [[routes]]\npath = '/v1'\nshape = 'openai'\nerrors = 'openai'\npolicy = 'blocks.toml'\n\
                  [[routes]]\npath = '/named'\nfields = 'inquiry'\n";
    let upstream = Upstream::echo();
    let proxy = folder.start(&upstream, "", routes);
    let secret = say(&format!("my card is {CARD}"));
    let masked = secret.replace(CARD, MASKED);
    for (path, body) in [
        ("/raw", &secret),
        ("/raw/x", &secret),
        ("/rawer", &masked),
        ("/", &masked),
        ("/x/../raw", &masked),
        ("//raw", &masked),
        ("/raw/%2e%2e/x", &masked),
        ("/raw;x", &masked),
        ("/raw%2Fx", &masked),
    ] {
        let before = upstream.got().len();
        proxy.post(path, "", &secret);
        let got = upstream.got();
        assert_eq!(got.len(), before + 1, "{path}");
        assert_eq!(got[before].body, *body, "{path}");
        assert!(
            got[before].head.starts_with(&format!("POST {path} ")),
            "the path is sent on as it is: {:?}",
            got[before]
        );
    }
    assert_eq!(status(&proxy.post("/rooms/7/strict", "", &secret)), 422);
    let answer = proxy.post(
        "/v1/chat/completions",
        "",
        &format!("{{\"messages\":[{{\"role\":\"user\",\"content\":\"card {CARD}\"}}]}}"),
    );
    assert!(status(&answer) == 422 && answer.contains("\"code\":\"content_filter\""), "{answer}");
    proxy.post("/named", "", &secret.replace("text", "inquiry"));
    assert!(upstream.got().last().expect("a request").body.contains(MASKED));
}

#[test]
fn a_header_that_only_a_trusted_proxy_may_set_is_removed_from_other_requests() {
    let folder = Folder::new();
    let upstream = Upstream::echo();
    for (networks, kept) in [("127.0.0.1", true), ("10.0.0.0/8", false)] {
        let trust = format!("[trust]\nproxies = ['{networks}']\nheaders = ['x-room']\n");
        let proxy = folder.start(&upstream, "conversation = 'header:x-room'", &trust);
        assert!(!proxy.log().contains("as the client sends it"), "{}", proxy.log());
        for half in ["my card is 3743 4533", "31 47897"] {
            proxy.post("/", "x-room: 7\r\nx_room: 8\r\n", &say(half));
        }
        let got = upstream.got().pop().expect("a request");
        assert_eq!((got.header("x-room"), got.header("x_room")), (kept.then_some("7"), None));
        assert_eq!(!got.body.contains("47897"), kept, "{got:?}");
    }
}

#[test]
fn bodies_that_are_not_scanned_are_counted_and_logged_once_for_each_route_and_type() {
    let folder = Folder::new();
    let upstream = Upstream::echo();
    let proxy = folder.start(&upstream, "admin = '127.0.0.1:0'", "[[routes]]\npath = '/files'\n");
    let send = |path: &str, content_type: &str, body: &str| {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: {content_type}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        assert_eq!(status(&proxy.send(request.as_bytes())), 200);
    };
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"message\"\r\n\r\nmy card is {CARD}\r\n--x\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\n\
         PNG\r\n--x--\r\n"
    );
    for _ in 0..2 {
        for path in ["/files", "/other"] {
            send(path, "application/octet-stream", CARD);
        }
        send("/files", "multipart/form-data; boundary=x", &form);
    }
    let got = upstream.got();
    assert_eq!(got[2].body, form.replace(CARD, MASKED), "the text of a form is masked, its file is not touched");
    let log = proxy.log();
    let lines = |what: &str| log.lines().filter(|line| line.contains("WARN") && line.contains(what)).count();
    assert_eq!(lines("because of its type"), 2, "{log}");
    for (what, route) in
        [("application/octet-stream", "/files"), ("application/octet-stream", "default"), ("binary data", "/files")]
    {
        let line = log
            .lines()
            .find(|line| line.contains("WARN") && line.contains(what) && line.contains(&format!("route=\"{route}\"")));
        assert!(line.is_some(), "{what} in {route}: {log}");
    }
    let metrics = get(proxy.admin.as_deref().expect("a second port"), "/metrics");
    for line in [
        "lastfour_unscanned_total{direction=\"request\",type=\"application/octet-stream\"} 4",
        "lastfour_unscanned_total{direction=\"request\",type=\"inside\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[test]
fn the_second_port_reports_health_readiness_and_metrics() {
    let folder = Folder::new();
    let upstream = Upstream::echo();
    let proxy = folder.start(&upstream, "admin = '127.0.0.1:0'", "");
    let admin = proxy.admin.clone().expect("a second port");
    proxy.post("/secret-4021", "", &say(&format!("my card is {CARD}")));
    assert_eq!(status(&get(&admin, "/healthz")), 200);
    assert_eq!(status(&get(&admin, "/readyz")), 200);
    assert_eq!(status(&get(&admin, "/")), 404);
    let metrics = get(&admin, "/metrics");
    for line in [
        "lastfour_proxy_requests_total{route=\"default\",status=\"200\"} 1",
        "lastfour_findings_total{direction=\"request\",entity=\"card\",kind=\"disclosure\",action=\"mask\"} 1",
        "lastfour_scan_seconds_bucket{direction=\"request\",le=\"",
        "lastfour_proxy_connections ",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert!(!metrics.contains("secret") && !metrics.contains(&CARD[..9]), "{metrics}");
    let config = folder.config("127.0.0.1:1", "admin = '127.0.0.1:0'", "");
    let admin = started(&config).admin.clone();
    drop(admin);
    let proxy = started(&config);
    let answer = get(proxy.admin.as_deref().expect("a second port"), "/readyz");
    assert!(status(&answer) == 503 && answer.contains("the upstream cannot be reached"), "{answer}");
}

#[test]
fn logs_in_json_hold_no_text_and_no_path() {
    let folder = Folder::new();
    let upstream = Upstream::echo();
    let proxy = folder.start(&upstream, "", "[log]\nformat = 'json'\nlevel = 'debug'\n");
    proxy.post("/secret-4021?pin=4021", "x-pin: 4021\r\n", &say(&format!("my card is {CARD}")));
    proxy.wait_for("\"message\":\"request\"");
    let log = proxy.log();
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    assert!(log.contains("\"entity\":\"card\"") && log.contains("\"status\":200"), "{log}");
    // Whole words and long numbers: a time or a port may hold any four digits.
    for part in ["secret", "x-pin", "pin=", "my card is", CARD, &CARD.replace(' ', "")[..8]] {
        assert!(!log.contains(part), "{part:?} in {log}");
    }
}

#[cfg(unix)]
#[test]
fn the_policy_is_read_again_on_a_signal_and_an_invalid_one_changes_nothing() {
    let folder = Folder::new();
    folder.write("policy.toml", "style = 'label'");
    let upstream = Upstream::echo();
    let proxy = folder.start(&upstream, "policy = 'policy.toml'\nconversation = 'header:x-room'", "");
    let secret = say(&format!("my card is {CARD}"));
    let ask = || {
        proxy.post("/", "x-room: 1\r\n", &secret);
        upstream.got().pop().expect("a request").body
    };
    assert_eq!(ask(), say("my card is [card ending 7897]"));
    folder.write("policy.toml", "style = 'dots'");
    proxy.signal("HUP");
    proxy.wait_for("the old policies are kept");
    assert!(proxy.log().contains("policy.toml: line 1, column 9"), "{}", proxy.log());
    assert_eq!(ask(), say("my card is [card ending 7897]"));
    folder.write("policy.toml", "style = 'stars'");
    proxy.signal("HUP");
    proxy.wait_for("the policies were read again");
    assert_eq!(ask(), say(&format!("my card is {MASKED}")));
}

#[cfg(unix)]
#[test]
fn a_proxy_that_is_stopped_finishes_what_is_running() {
    let folder = Folder::new();
    let upstream = Upstream::start(|_, stream| {
        thread::sleep(Duration::from_millis(600));
        let _ = stream.write_all(&ok("{\"text\":\"done\"}"));
    });
    let mut proxy = folder.start(&upstream, "admin = '127.0.0.1:0'", "");
    let admin = proxy.admin.clone().expect("a second port");
    let mut running = connect(&proxy.address);
    running.write_all(post("/", "", "{}").as_bytes()).expect("the request is sent");
    let mut idle = connect(&proxy.address);
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").expect("the request is sent");
    read_until(&mut idle, "done\"}");
    let mut running = {
        drop(read_all(&mut running));
        let mut again = connect(&proxy.address);
        again.write_all(post("/", "", "{}").as_bytes()).expect("the request is sent");
        while upstream.got().len() < 3 {
            thread::sleep(Duration::from_millis(5));
        }
        again
    };
    proxy.signal("TERM");
    // A connection without a request is closed.
    assert_eq!(idle.read(&mut [0; 1]).expect("the end"), 0);
    assert_eq!(status(&get(&admin, "/readyz")), 503);
    assert!(read_all(&mut running).ends_with("{\"text\":\"done\"}"));
    assert!(proxy.ends(), "{}", proxy.log());
    proxy.wait_for("all requests were finished");
}

#[cfg(unix)]
#[test]
fn a_proxy_that_is_stopped_does_not_wait_forever() {
    let folder = Folder::new();
    let upstream = Upstream::start(|_, _| thread::sleep(Duration::from_secs(60)));
    let mut proxy = folder.start(&upstream, "", "[timeouts]\nshutdown = 0.3\n");
    let mut running = connect(&proxy.address);
    running.write_all(post("/", "", "{}").as_bytes()).expect("the request is sent");
    while upstream.got().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    proxy.signal("TERM");
    assert!(!proxy.ends());
    proxy.wait_for("were cut off");
}

#[test]
fn nothing_is_waited_for_longer_than_is_set() {
    let folder = Folder::new();
    let timeouts = "[timeouts]\nhead = 0.3\nresponse = 0.3\nidle = 0.3\n";
    let upstream = Upstream::start(|got, stream| {
        if got.head.starts_with("GET /half ") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 10\r\n\r\nhalf");
        }
        thread::sleep(Duration::from_secs(10));
    });
    let proxy = folder.start(&upstream, "", timeouts);
    let start = Instant::now();
    let answer = proxy.post("/", "", "{}");
    assert!(status(&answer) == 504 && answer.contains("did not answer in time"), "{answer}");
    let answer = proxy.send(b"GET /half HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(answer.ends_with("half"), "an answer that stops: {answer}");
    let answer = proxy.send(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-type: image/png\r\ncontent-length: 10\r\n\r\nhalf");
    assert_eq!(status(&answer), 408, "a request that stops: {answer}");
    let answer =
        proxy.send(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{");
    assert_eq!(status(&answer), 400, "a request that stops while it is held: {answer}");
    proxy.send(b"GET / HTTP/1.1\r\nhos");
    proxy.send(b"PRI * HT");
    proxy.send(b"");
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn a_request_that_is_too_large_is_refused() {
    let folder = Folder::new();
    let upstream = Upstream::echo();
    let proxy = folder.start(&upstream, "", "[limits]\nbody = 1000\nhead = 8192\n");
    assert_eq!(status(&proxy.post("/", "", &say(&"x".repeat(1000)))), 413);
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    let request =
        format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-type: image/png\r\ntransfer-encoding: chunked\r\n\r\n{chunk}");
    assert_eq!(status(&proxy.send(request.as_bytes())), 413);
    assert_eq!(status(&proxy.post("/", &format!("x-a: {}\r\n", "x".repeat(20_000)), "{}")), 431);
    assert!(upstream.got().is_empty());
    assert_eq!(status(&proxy.post("/", "", &say("small"))), 200);
}
