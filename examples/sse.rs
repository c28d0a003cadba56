//! A proxy in front of a language model. It redacts what users send and what the model streams back, also if a card number
//! is spread over many tokens.
//!
//! ```sh
//! cargo run --example sse                                             # in front of a model that is built in
//! cargo run --example sse -- 127.0.0.1:3000 http://localhost:11434    # in front of your own
//! curl -N localhost:3000/v1/chat/completions -H 'content-type: application/json' \
//!     -d '{"stream": true, "messages": [{"role": "user", "content": "what is my card number?"}]}'
//! ```

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use lastfour::Engine;
use lastfour::chat::OpenAi;
use lastfour::middleware::{OpenAiError, RedactLayer};

#[derive(Clone)]
struct Model {
    client: Client<HttpConnector, Body>,
    url: String,
}

async fn forward(State(model): State<Model>, mut request: Request) -> Result<Response, StatusCode> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = format!("{}{path}", model.url).parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    request.headers_mut().remove(header::HOST);
    model.client.request(request).await.map(IntoResponse::into_response).map_err(|_| StatusCode::BAD_GATEWAY)
}

/// Stands in for a model: streams a card number in tokens.
async fn built_in() -> impl IntoResponse {
    let tokens = ["It is", " 3782", " 82", "2463", " 10005", ", right?"];
    let event = |token| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{token}\"}}}}]}}\n\n");
    ([(header::CONTENT_TYPE, "text/event-stream")], tokens.map(event).concat() + "data: [DONE]\n\n")
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let url = match arguments.next() {
        Some(url) => url,
        None => {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let url = format!("http://{}", listener.local_addr()?);
            tokio::spawn(axum::serve(listener, Router::new().fallback(built_in)).into_future());
            url
        }
    };
    let model = Model { client: Client::builder(TokioExecutor::new()).build_http(), url };
    let redact = RedactLayer::both(Engine::default()).shape(OpenAi).reject(OpenAiError);
    let app = Router::new().fallback(forward).with_state(model).layer(redact);
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await
}
