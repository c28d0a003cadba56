//! `lastfour proxy`: the middleware in front of a server in any language.
//!
//! `settings` holds the settings, `shared` what all connections share. `serve` accepts connections; `check` rejects
//! ambiguous requests; `headers` prepares the head for the upstream; `route` chooses the layer that scans; `forward`
//! sends the request to the upstream. `store` keeps conversations. `admin` is the second port. `ext_proc` puts the same
//! layers behind Envoy's interface for external processors instead.

mod admin;
mod body;
mod check;
#[cfg(feature = "ext-proc")]
mod ext_proc;
mod file;
mod forward;
mod headers;
mod io;
mod log;
mod pattern;
mod problem;
mod route;
mod serve;
mod settings;
mod shared;
mod source;
mod store;
mod tls;

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::args;
use crate::console::say;
use crate::failure::{CliError, Result};
use crate::proxy::log::{notice, warning};
use crate::proxy::serve::{Handler, Proxy, Server};
use crate::proxy::settings::{
    Direction, Host, LISTEN, Limits, Log, Named, Network, Rules, Settings, Timeouts, Trust, Upstream,
};
use crate::proxy::shared::Shared;
use crate::proxy::source::Source;
use crate::proxy::store::{REDIS_URL, redis_url};

/// Runs `lastfour proxy`. Returns whether all requests were finished.
pub(crate) fn run(args: &args::Proxy) -> Result<bool> {
    let settings = match &args.config {
        Some(path) => file::read(path, true)?,
        None => from_args(args)?,
    };
    start(settings, args.check, Proxy::new)
}

/// Runs `lastfour ext-proc`. Returns whether all requests were finished.
#[cfg(feature = "ext-proc")]
pub(crate) fn run_ext_proc(args: &args::ExtProc) -> Result<bool> {
    let settings = match &args.config {
        // The file may be the same as that of a proxy.
        Some(path) => Settings { upstream: None, ..file::read(path, false)? },
        None => from_serving(&args.serving, None)?,
    };
    start(settings, args.check, |shared| Ok(Arc::new(ext_proc::Processor::new(shared))))
}

/// Starts a server, or only checks its settings and the files that they name.
fn start<H: Handler>(
    settings: Settings,
    check: bool,
    handler: impl FnOnce(Arc<Shared>) -> Result<Arc<H>>,
) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::Message(format!("cannot start: {error}")))?;
    if check {
        // The store may need a runtime.
        let _entered = runtime.enter();
        handler(Shared::new(settings)?)?;
        say("lastfour: the configuration is valid");
        return Ok(true);
    }
    runtime.block_on(serve(settings, handler))
}

fn wrong(flag: &str, value: &str, expected: &str) -> CliError {
    CliError::Message(format!("--{flag} {value:?}: expected {expected}"))
}

fn from_args(args: &args::Proxy) -> Result<Settings> {
    let Some(url) = &args.upstream else {
        return Err(CliError::Message(
            "--upstream is missing: the URL of your server, such as http://127.0.0.1:9000; or name a file with --config".into(),
        ));
    };
    let mut upstream = Upstream::parse(url)
        .ok_or_else(|| wrong("upstream", url, "a URL without a path, such as http://127.0.0.1:9000"))?;
    if let Some(host) = &args.host {
        upstream.host = Host::named(host).ok_or_else(|| wrong("host", host, &format!("one of {}", Host::names())))?;
    }
    let mut settings = from_serving(&args.serving, Some(upstream))?;
    for network in &args.trust {
        let expected = "an address or a block of addresses, such as 10.0.0.0/8";
        settings.trust.proxies.push(Network::parse(network).ok_or_else(|| wrong("trust", network, expected))?);
    }
    Ok(settings)
}

fn from_serving(args: &args::Serving, upstream: Option<Upstream>) -> Result<Settings> {
    let mut rules = Rules { policy: args.policy.clone(), ..Rules::default() };
    for source in &args.conversation {
        let source = Source::parse(source).ok_or_else(|| wrong("conversation", source, source::KINDS))?;
        rules.conversation.push(source);
    }
    let redis = match &args.redis {
        // The URL may contain a password.
        Some(url) => vec![redis_url(url).ok_or_else(|| CliError::Message(format!("--redis: expected {REDIS_URL}")))?],
        None => Vec::new(),
    };
    Ok(Settings {
        listen: args.listen.clone().unwrap_or_else(|| LISTEN.to_owned()),
        upstream,
        admin: None,
        tls: None,
        trust: Trust::default(),
        limits: Limits::default(),
        timeouts: Timeouts::default(),
        store: settings::Store { redis, ..settings::Store::default() },
        log: Log::default(),
        rules,
        routes: Vec::new(),
    })
}

async fn bind(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| CliError::Message(format!("cannot listen on {address}: {}", crate::failure::reason(&error))))
}

async fn serve<H: Handler>(settings: Settings, handler: impl FnOnce(Arc<Shared>) -> Result<Arc<H>>) -> Result<bool> {
    let log = settings.log;
    log::start(log);
    let metrics = admin::recorder()?;
    let shared = Shared::new(settings)?;
    let handler = handler(shared.clone())?;
    let settings = &shared.settings;
    let listener = bind(&settings.listen).await?;
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    if let Ok(address) = listener.local_addr() {
        let what = match &settings.upstream {
            Some(upstream) => format!("in front of {}://{}", upstream.scheme, upstream.authority),
            None => "as an external processor of Envoy".to_owned(),
        };
        notice(log, &format!("listening on {scheme}://{address}, {what}"));
    }
    if let Some(address) = &settings.admin {
        let listener = bind(address).await?;
        if let Ok(address) = listener.local_addr() {
            notice(log, &format!("health and metrics on http://{address}"));
        }
        tokio::spawn(admin::serve(shared.clone(), listener, metrics));
    }
    describe(settings);
    notice(log, "running; SIGTERM or Ctrl-C stops it when the requests are finished");
    tokio::spawn(reload_on_hangup(shared.clone()));
    let finished = Server::new(handler, listener).run(stopped()).await;
    if finished {
        notice(log, "stopped; all requests were finished");
    } else {
        warning(log, "stopped; requests that took too long were cut off");
    }
    Ok(finished)
}

/// Reports what is scanned and where conversations are kept.
fn describe(settings: &Settings) {
    let log = settings.log;
    if settings.rules.direction != Direction::Both {
        warning(log, "the default rules do not scan both requests and responses");
    }
    let rules = || std::iter::once(&settings.rules).chain(settings.routes.iter().map(|route| &route.rules));
    if rules().all(|rules| rules.conversation.is_empty()) {
        notice(
            log,
            "nothing is remembered between requests: each request is judged with its response only, and each WebSocket on its own. A code that answers a \
             question of an earlier request is not recognized by it, and a card number split over two requests passes. Set \
             a conversation key to change this (--conversation)",
        );
    }
    let mut named = BTreeSet::new();
    for source in rules().flat_map(|rules| rules.conversation.iter().chain(&rules.role)) {
        if named.insert(source.name()) {
            match source.header() {
                Some(header) if settings.trust.headers.contains(header) => {}
                _ => notice(
                    log,
                    &format!(
                        "{} is read as the client sends it; your server must check it, or a client can split a secret over \
                         several conversations",
                        source.name()
                    ),
                ),
            }
        }
    }
}

/// Waits until the proxy is told to stop.
#[cfg(unix)]
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn stopped() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending::<()>().await;
    }
}

/// Reloads the policies and the certificates when the process receives SIGHUP.
#[cfg(unix)]
async fn reload_on_hangup(shared: Arc<Shared>) {
    use tokio::signal::unix::{SignalKind, signal};
    let log = shared.settings.log;
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    while hangups.recv().await.is_some() {
        match shared.reload() {
            Ok(()) if shared.settings.tls.is_some() => notice(log, "the policies and the certificate were read again"),
            Ok(()) => notice(log, "the policies were read again"),
            Err(error) => warning(log, &format!("the old policies are kept: {error}")),
        }
    }
}

#[cfg(not(unix))]
async fn reload_on_hangup(_: Arc<Shared>) {
    pending().await
}
