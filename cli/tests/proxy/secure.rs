//! HTTP/2 and TLS.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, Version};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::Folder;
use crate::support::{CARD, MASKED, Proxy, Upstream};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proxy/data").join(name)
}

/// Posts a card number and returns the version and the body of the answer.
fn ask(url: &str, http2: bool) -> (Version, String) {
    ask_with("certificate.pem", url, http2)
}

/// Like [`ask`], but trusts another certificate.
fn ask_with(certificate: &str, url: &str, http2: bool) -> (Version, String) {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(data(certificate)).expect("a certificate")).expect("a root");
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
    let connector = if http2 { connector.enable_http2().build() } else { connector.enable_http1().build() };
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).http2_only(http2).build(connector);
    let request = Request::post(url)
        .header("content-type", "application/json")
        .body(Full::from(format!("{{\"text\":\"my card is {CARD}\"}}")))
        .expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let response = client.request(request).await.expect("an answer");
        let version = response.version();
        assert_eq!(response.status(), 200);
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (version, String::from_utf8(body.to_vec()).expect("text"))
    })
}

fn masked() -> String {
    format!("{{\"text\":\"my card is {MASKED}\"}}")
}

#[test]
fn http_2_is_spoken_without_tls_if_the_client_begins_with_it() {
    let upstream = Upstream::echo();
    let proxy = Proxy::start(&upstream.address, &[]);
    assert_eq!(ask(&format!("http://{}/say", proxy.address), true), (Version::HTTP_2, masked()));
    let got = upstream.only();
    assert_eq!(got.body, masked());
    assert_eq!(got.header("host"), Some(proxy.address.as_str()), "the host of HTTP/2 is sent on");
}

#[test]
fn both_versions_are_spoken_over_tls_on_both_sides() {
    let folder = std::env::temp_dir().join(format!("lastfour-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let config = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        Proxy::spawn(&["--config", path.to_str().expect("a path in UTF-8")])
    };
    let (certificate, key) = (data("certificate.pem"), data("key.pem"));
    let tls = format!("[tls]\ncertificate = '{}'\nkey = '{}'\n", certificate.display(), key.display());
    let upstream = Upstream::echo();
    let inner =
        config("inner.toml", format!("listen = '0.0.0.0:0'\n[upstream]\nurl = 'http://{}'\n{tls}", upstream.address));
    let port = inner.address.rsplit(':').next().expect("a port");
    for (n, http2) in [false, true].into_iter().enumerate() {
        let url = format!("https://localhost:{port}/say");
        let (version, body) = ask(&url, http2);
        assert_eq!(body, masked());
        assert_eq!(version == Version::HTTP_2, http2);
        assert_eq!(upstream.got().last().expect("a request").header("x-forwarded-proto"), Some("https"));
        // Another proxy has the first one as its upstream.
        let outer = config(
            &format!("outer{n}.toml"),
            format!(
                "listen = '127.0.0.1:0'\ndirection = 'requests'\n[upstream]\nurl = 'https://localhost:{port}'\nhttp2 = {http2}\n\
                 ca = '{}'\n",
                certificate.display()
            ),
        );
        assert_eq!(ask(&format!("http://{}/say", outer.address), false).1, masked());
        let got = upstream.got().pop().expect("a request");
        assert_eq!(
            got.header("host"),
            Some(format!("localhost:{port}").as_str()),
            "an https upstream gets its own name"
        );
        let stranger = config(
            &format!("stranger{n}.toml"),
            format!(
                "listen = '127.0.0.1:0'\n[upstream]\nurl = 'https://127.0.0.2:{port}'\nca = '{}'\n",
                certificate.display()
            ),
        );
        let answer = stranger.post("/", "", "{}");
        assert!(answer.starts_with("HTTP/1.1 502 "), "a certificate for another name: {answer}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

#[cfg(unix)]
#[test]
fn a_renewed_certificate_is_read_on_sighup() {
    let folder = Folder::new();
    let copy = |from: &str, to: &str| {
        std::fs::copy(data(from), folder.path(to)).expect("a copy");
    };
    copy("certificate.pem", "c.pem");
    copy("key.pem", "k.pem");
    let upstream = Upstream::echo();
    let proxy = folder.start(&upstream, "", "[tls]\ncertificate = 'c.pem'\nkey = 'k.pem'\n");
    let port = proxy.address.rsplit(':').next().expect("a port");
    let url = format!("https://localhost:{port}/say");
    assert_eq!(ask(&url, false).1, masked());
    // One that is not valid leaves the old one in use.
    std::fs::write(folder.path("c.pem"), "none").expect("a file");
    proxy.signal("HUP");
    proxy.wait_for("the old policies are kept");
    assert_eq!(ask(&url, false).1, masked());
    copy("other.pem", "c.pem");
    copy("other-key.pem", "k.pem");
    proxy.signal("HUP");
    proxy.wait_for("the certificate were read again");
    assert_eq!(ask_with("other.pem", &url, false).1, masked());
}
