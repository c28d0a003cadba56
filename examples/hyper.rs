//! A plain hyper server, without a framework, that redacts requests and answers.
//!
//! ```sh
//! cargo run --example hyper
//! curl localhost:3000 -H 'content-type: text/plain' -d 'my card is 3782 822463 10005'
//! ```

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use lastfour::Engine;
use lastfour::middleware::{BoxError, RedactBody, RedactLayer};
use tower::{ServiceBuilder, service_fn};

/// Answers with what it got.
async fn echo(
    request: Request<RedactBody<hyper::body::Incoming>>,
) -> Result<Response<Full<hyper::body::Bytes>>, BoxError> {
    let body = request.into_body().collect().await?.to_bytes();
    Ok(Response::builder().header("content-type", "text/plain").body(Full::new(body))?)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let service = ServiceBuilder::new().layer(RedactLayer::both(Engine::default())).service(service_fn(echo));
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            if let Err(error) = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await
            {
                eprintln!("{error}");
            }
        });
    }
}
