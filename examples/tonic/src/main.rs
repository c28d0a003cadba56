//! A gRPC chat service. The HTTP layer does not read gRPC, so the message layer wraps the service behind the handler.
//!
//! ```sh
//! cargo run --manifest-path examples/tonic/Cargo.toml
//! ```

use std::borrow::Cow;

use lastfour::Engine;
use lastfour::middleware::{ChatMessage, MessageError, RedactMessageLayer};
use tonic::{Request, Response, Status};
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt, service_fn};

tonic::include_proto!("chat.Chat");

/// The message of the protocol.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Said {
    /// The conversation. In production, check that the caller may write to it.
    #[prost(string, tag = "1")]
    pub room: String,
    /// What somebody says.
    #[prost(string, tag = "2")]
    pub text: String,
}

impl ChatMessage for Said {
    fn text(&self) -> &str {
        &self.text
    }

    fn set_text(&mut self, text: String) {
        self.text = text;
    }

    fn conversation(&self) -> Option<Cow<'_, str>> {
        Some(self.room.as_str().into())
    }
}

/// Where a message goes after it has been redacted.
type Room = BoxCloneSyncService<Said, Said, MessageError<Status>>;

struct Chat(Room);

#[tonic::async_trait]
impl chat_server::Chat for Chat {
    async fn say(&self, request: Request<Said>) -> Result<Response<Said>, Status> {
        match self.0.clone().oneshot(request.into_inner()).await {
            Ok(said) => Ok(Response::new(said)),
            Err(MessageError::Service(status)) => Err(status),
            Err(refused) => Err(Status::invalid_argument(refused.to_string())),
        }
    }
}

/// Answers with what it got. A real service would store and deliver the message.
async fn deliver(said: Said) -> Result<Said, Status> {
    Ok(said)
}

/// Starts a server and sends it two messages. Returns the answers.
async fn talk() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let redact = RedactMessageLayer::new(Engine::default());
    let room = BoxCloneSyncService::new(ServiceBuilder::new().layer(redact).service(service_fn(deliver)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let server = tonic::transport::Server::builder()
        .add_service(chat_server::ChatServer::new(Chat(room)))
        .serve_with_incoming(tonic::transport::server::TcpIncoming::from(listener));
    tokio::spawn(server);

    let mut client = chat_client::ChatClient::connect(address).await?;
    let mut answers = Vec::new();
    for text in ["it is 3782 822463", "10005"] {
        let answer = client.say(Said { room: "a".to_owned(), text: text.to_owned() }).await?;
        answers.push(answer.into_inner().text);
    }
    Ok(answers)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for answer in talk().await? {
        println!("{answer}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn the_second_half_of_a_card_number_is_masked() {
        assert_eq!(super::talk().await.unwrap(), ["it is 3782 822463", "*****"]);
    }
}
