//! A chat protocol of your own: say which values are text and who wrote them. Everything else passes unchanged.
//!
//! ```sh
//! cargo run --example shape
//! ```

use lastfour::chat::{ChatShape, ChatTexts, Continuity, DynShape, Spelling};
use lastfour::json::Value;
use lastfour::{BodyFormat, Engine, Filter, Role, ScanError};

/// Messages such as `{"from": "visitor", "said": [{"line": "hello"}], "session": "..."}`.
struct HelpDesk;

impl ChatShape for HelpDesk {
    fn name(&self) -> &str {
        "help-desk"
    }

    fn read(&self, document: Value<'_>) -> ChatTexts {
        let mut texts = ChatTexts::default();
        let role = match document.string("from").as_deref() {
            Some("visitor") => Role::Customer,
            Some("robot") => Role::Bot,
            _ => Role::Agent,
        };
        for said in document.get("said") {
            for block in said.children() {
                for line in block.get("line") {
                    texts.push(line, Some(role), Spelling::Plain, Continuity::Whole);
                }
            }
        }
        texts
    }
}

fn main() -> Result<(), ScanError> {
    let body = br#"{"from": "visitor", "said": [{"line": "my card is"}, {"line": "3782 822463 10005"}], "session": 378282246310005}"#;
    let filter = Filter::new(Engine::default(), BodyFormat::Json).shape(DynShape::new(HelpDesk));
    let redacted = filter.whole(body)?;
    println!("{}", String::from_utf8_lossy(&redacted.body));
    Ok(())
}
