//! The second port: health, readiness and metrics.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::failure::{CliError, Result};
use crate::proxy::body::AnyBody;
use crate::proxy::problem::full;
use crate::proxy::shared::Shared;

/// The time within which the upstream must accept a connection for the proxy to be ready.
const READY: Duration = Duration::from_secs(1);
/// The time within which a request must be received.
const HEAD: Duration = Duration::from_secs(10);
/// The upper bounds of the histogram buckets for times, in seconds.
const SECONDS: [f64; 12] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// The upper bounds of the histogram buckets for sizes, in bytes.
const BYTES: [f64; 6] = [1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0];

/// Starts recording metrics.
pub(crate) fn recorder() -> Result<PrometheusHandle> {
    let failed = |error: &dyn std::fmt::Display| CliError::Message(format!("cannot start the metrics: {error}"));
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_bytes".to_owned()), &BYTES))
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| failed(&error))
}

/// Serves the second port.
pub(crate) async fn serve(shared: Arc<Shared>, listener: TcpListener, metrics: PrometheusHandle) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (shared, metrics) = (shared.clone(), metrics.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&shared, &metrics, request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .serve_connection(TokioIo::new(stream), service);
            let _ = connection.await;
        });
    }
}

async fn answer(
    shared: &Shared,
    metrics: &PrometheusHandle,
    request: Request<Incoming>,
) -> std::result::Result<Response<AnyBody>, Infallible> {
    let (status, text) = match request.uri().path() {
        "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
        "/readyz" => match not_ready(shared).await {
            None => (StatusCode::OK, "ready\n".to_owned()),
            Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
        },
        "/metrics" => {
            metrics.run_upkeep();
            (StatusCode::OK, metrics.render())
        }
        _ => (StatusCode::NOT_FOUND, "there are /healthz, /readyz and /metrics\n".to_owned()),
    };
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Returns why this process should not receive requests, if there is a reason.
pub(crate) async fn not_ready(shared: &Shared) -> Option<&'static str> {
    if shared.is_stopping() {
        return Some("stopping");
    }
    if let Some(upstream) = &shared.settings.upstream {
        let default = if upstream.scheme == http::uri::Scheme::HTTPS { 443 } else { 80 };
        let host = upstream.authority.host().trim_matches(['[', ']']);
        let address = (host, upstream.authority.port_u16().unwrap_or(default));
        if !matches!(timeout(READY, TcpStream::connect(address)).await, Ok(Ok(_))) {
            return Some("the upstream cannot be reached");
        }
    }
    match timeout(READY, shared.store.is_ready()).await {
        Ok(true) => None,
        Ok(false) | Err(_) => Some("the store of conversations cannot be reached"),
    }
}
