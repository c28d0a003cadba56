//! The settings of the proxy from the command line and the configuration file, after validation.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::uri::{Authority, Scheme};
use http::{HeaderName, Method, Uri};
use lastfour::Role;
use lastfour::middleware::MemoryStore;
use lastfour::middleware::websocket::{Binary, Framing};

use crate::proxy::pattern::Pattern;
use crate::proxy::source::Source;

/// The default address.
pub(crate) const LISTEN: &str = "127.0.0.1:8080";

/// All settings.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The address on which clients connect.
    pub(crate) listen: String,
    /// `None` for an external processor, which forwards nothing.
    pub(crate) upstream: Option<Upstream>,
    /// The address of the health, readiness and metrics port.
    pub(crate) admin: Option<String>,
    pub(crate) tls: Option<Tls>,
    pub(crate) trust: Trust,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) store: Store,
    pub(crate) log: Log,
    /// For requests that no route matches.
    pub(crate) rules: Rules,
    pub(crate) routes: Vec<Route>,
}

/// The server behind the proxy.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    pub(crate) host: Host,
    /// Whether to use HTTP/2 without negotiation.
    pub(crate) http2: bool,
    /// Certificates of the authority that signed the upstream's certificate. The default is those of the system.
    pub(crate) ca: Option<PathBuf>,
}

/// The `Host` header that the upstream gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// The client's.
    Keep,
    /// The upstream's own.
    Upstream,
}

#[derive(Debug, Clone)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Which clients' headers are trusted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    /// Addresses of proxies in front of this one.
    pub(crate) proxies: Vec<Network>,
    /// Headers that only these proxies may set.
    pub(crate) headers: Vec<HeaderName>,
}

impl Trust {
    pub(crate) fn covers(&self, peer: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(peer))
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The maximum number of concurrent connections.
    pub(crate) connections: usize,
    /// The maximum number of bytes of a request's head.
    pub(crate) head: usize,
    /// The maximum number of bytes of a request's body; 0 for no limit.
    pub(crate) body: u64,
    /// The maximum number of bytes of a body that are buffered for scanning.
    pub(crate) hold: usize,
    /// The maximum number of conversations in memory.
    pub(crate) conversations: usize,
}

impl Limits {
    /// Returns the maximum number of bytes of a request's body.
    pub(crate) fn body(&self) -> u64 {
        if self.body == 0 { u64::MAX } else { self.body }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            head: 64 << 10,
            body: 0,
            hold: lastfour::Limits::default().hold,
            conversations: MemoryStore::ENTRIES,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// Until the upstream accepts a connection.
    pub(crate) connect: Duration,
    /// Until a client has sent the head of a request, including the next one of a connection.
    pub(crate) head: Duration,
    /// Until the upstream begins to answer, counted from the last bytes sent to it.
    pub(crate) response: Duration,
    /// Without a byte in either direction.
    pub(crate) idle: Duration,
    /// For running requests when the proxy stops.
    pub(crate) shutdown: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(60),
            response: Duration::from_secs(60),
            idle: Duration::from_secs(300),
            shutdown: Duration::from_secs(30),
        }
    }
}

/// Where conversations are stored.
#[derive(Clone)]
pub(crate) struct Store {
    /// The URL of a server, or those of the nodes of a cluster. If empty, conversations are in memory.
    pub(crate) redis: Vec<String>,
    /// Whether the server is a node of a cluster.
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "only the store on Redis reads it"))]
    pub(crate) cluster: bool,
    /// The prefix of keys on the server.
    pub(crate) prefix: String,
    /// The time without messages after which a conversation is forgotten.
    pub(crate) idle: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self { redis: Vec::new(), cluster: false, prefix: "lastfour".to_owned(), idle: MemoryStore::IDLE }
    }
}

/// Omits the URLs, which may contain a password.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("prefix", &self.prefix).field("idle", &self.idle).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Log {
    pub(crate) json: bool,
    pub(crate) level: tracing::Level,
}

impl Default for Log {
    fn default() -> Self {
        Self { json: false, level: tracing::Level::INFO }
    }
}

/// The rules for some requests.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) path: Pattern,
    /// Empty for all methods.
    pub(crate) methods: Vec<Method>,
    pub(crate) rules: Rules,
}

/// How requests and their responses are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// `None` for the default policy.
    pub(crate) policy: Option<PathBuf>,
    pub(crate) direction: Direction,
    pub(crate) shape: Shape,
    /// More fields of text, for the shape `generic`.
    pub(crate) fields: Vec<String>,
    pub(crate) events: Events,
    pub(crate) errors: Errors,
    /// The framing of WebSocket messages, or `None` to recognize it.
    pub(crate) framing: Option<Framing>,
    /// What happens to binary WebSocket messages.
    pub(crate) binary: Binary,
    /// The sources of the conversation key, in order of precedence.
    pub(crate) conversation: Vec<Source>,
    /// The sources of the sender's role, in order of precedence.
    pub(crate) role: Vec<Source>,
    pub(crate) request_role: Option<Role>,
    pub(crate) response_role: Option<Role>,
}

/// A word of the configuration that selects one of several values.
pub(crate) trait Named: Copy + 'static {
    const ALL: &'static [(&'static str, Self)];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Returns the possible words, for an error.
    fn names() -> String {
        Self::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// Which bodies are scanned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Direction {
    #[default]
    Both,
    Requests,
    Responses,
    None,
}

impl Named for Direction {
    const ALL: &'static [(&'static str, Self)] =
        &[("both", Self::Both), ("requests", Self::Requests), ("responses", Self::Responses), ("none", Self::None)];
}

/// Which fields of a document are text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    #[default]
    Generic,
    AllStrings,
    OpenAi,
    Anthropic,
    Matrix,
}

impl Named for Shape {
    const ALL: &'static [(&'static str, Self)] = &[
        ("generic", Self::Generic),
        ("all-strings", Self::AllStrings),
        ("openai", Self::OpenAi),
        ("anthropic", Self::Anthropic),
        ("matrix", Self::Matrix),
    ];
}

/// How the events of a stream belong together, for the shape `generic`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Events {
    /// Recognize it.
    #[default]
    Detect,
    /// Each event is a message.
    Messages,
    /// Events are pieces of one text.
    Pieces,
}

impl Named for Events {
    const ALL: &'static [(&'static str, Self)] =
        &[("detect", Self::Detect), ("messages", Self::Messages), ("pieces", Self::Pieces)];
}

/// The form of responses that replace a stopped body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Errors {
    #[default]
    Problem,
    OpenAi,
    Matrix,
}

impl Named for Errors {
    const ALL: &'static [(&'static str, Self)] =
        &[("problem", Self::Problem), ("openai", Self::OpenAi), ("matrix", Self::Matrix)];
}

impl Named for Binary {
    const ALL: &'static [(&'static str, Self)] = &[("block", Self::Block), ("scan", Self::Scan), ("pass", Self::Pass)];
}

impl Named for Host {
    const ALL: &'static [(&'static str, Self)] = &[("keep", Self::Keep), ("upstream", Self::Upstream)];
}

impl Upstream {
    /// Parses a URL such as `http://127.0.0.1:9000`. For `http`, the `Host` of the client is kept. An `https` upstream
    /// gets its own name, because its certificate is for that name.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let parts = url.parse::<Uri>().ok()?.into_parts();
        let scheme = parts.scheme.filter(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS)?;
        let authority = parts.authority.filter(|authority| !authority.as_str().contains('@'))?;
        if parts.path_and_query.is_some_and(|path| path != "/") {
            return None;
        }
        let host = if scheme == Scheme::HTTPS { Host::Upstream } else { Host::Keep };
        Some(Self { scheme, authority, host, http2: false, ca: None })
    }
}

/// An address or a block of addresses, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: u128,
    bits: u32,
}

impl Network {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
            None => (text.parse::<IpAddr>().ok()?, None),
        };
        // IPv4 addresses are compared in their IPv6 form.
        let outside = if address.is_ipv4() { 96 } else { 0 };
        let bits = bits.map_or(128, |bits| bits.saturating_add(outside));
        (bits <= 128 && bits >= outside).then(|| Self { address: wide(address), bits })
    }

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
        wide(address) & mask == self.address & mask
    }
}

fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let contains = |network: &str, address: &str| {
            Network::parse(network).expect(network).contains(address.parse().expect("an address"))
        };
        assert!(contains("10.0.0.0/8", "10.1.2.3") && !contains("10.0.0.0/8", "11.1.2.3"));
        assert!(contains("127.0.0.1", "127.0.0.1") && !contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("127.0.0.1", "::ffff:127.0.0.1"), "a socket of both families");
        assert!(contains("0.0.0.0/0", "8.8.8.8") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("::/0", "8.8.8.8") && contains("2001:db8::/32", "2001:db8::1"));
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/4294967295", "::/129", "localhost", "10.0.0.0/", "10.0.0/8"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_upstream_consists_of_scheme_host_and_port() {
        for (url, host) in [("http://127.0.0.1:9000", Host::Keep), ("https://api.example.com/", Host::Upstream)] {
            assert_eq!(Upstream::parse(url).expect(url).host, host);
        }
        for wrong in ["", "127.0.0.1:9000", "ftp://a", "http://a/b", "http://a?b", "http://user@a", "http://"] {
            assert!(Upstream::parse(wrong).is_none(), "{wrong}");
        }
    }
}
