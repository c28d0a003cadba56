//! A policy from a file: other masks, other actions, and a detector for a kind of number that only you know.
//!
//! ```sh
//! cargo run --example policy
//! ```

use lastfour::{Conversation, Engine, Message, Policy};

const POLICY: &str = r#"
style = "label"

[entities.password]
action = "block"

[[detectors]]
id = "loyalty"
pattern = '\b[A-Z]{2}\d{8}\b'
before = ["loyalty", "número de socio"]
hits = ["my loyalty number is AB12345674"]
misses = ["my order is AB12345674"]
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In a server: `std::fs::read_to_string("policy.toml")?`.
    let engine = Engine::new(Policy::from_toml(POLICY)?);
    let mut conversation = Conversation::new();
    for text in [
        "my loyalty number is AB12345674",
        "my order is AB12345674",
        "my card is 3782 822463 10005",
        "my password is Bluebonnet!77",
    ] {
        let outcome = engine.scan(&mut conversation, &Message::customer(text));
        match outcome.is_blocked() {
            true => println!("blocked: {}", outcome.findings[0].entity),
            false => println!("{}", outcome.redact(text)),
        }
    }
    Ok(())
}
