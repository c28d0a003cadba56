//! Application logs: a writer for `tracing` that redacts each event.
//!
//! ```sh
//! cargo run --example logs
//! ```

use std::io::{self, Write};

use lastfour::Engine;
use tracing_subscriber::fmt::MakeWriter;

/// Redacts what is written to standard output. A log event is one write.
#[derive(Clone, Default)]
struct Redacted(Engine);

impl Write for Redacted {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(event);
        io::stdout().write_all(self.0.redact(&line).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

impl MakeWriter<'_> for Redacted {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn main() {
    // Without colors: their escape sequences separate the name of a field from its value.
    tracing_subscriber::fmt().with_ansi(false).with_writer(Redacted::default()).init();
    tracing::info!(order = 5593144, "payment with card 3782 822463 10005");
    tracing::warn!(user = "mtorrance", password = "Bluebonnet!77", "login failed");
    tracing::info!("your one-time passcode is 482913");
}
