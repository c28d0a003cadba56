//! Closes connections when their server stops.

use std::sync::Arc;

use tokio::sync::watch;

/// Closes the connections of all layers that have it, when their server stops. Clones share one state.
///
/// ```
/// use lastfour::middleware::websocket::{Shutdown, Upgrades};
///
/// let shutdown = Shutdown::new();
/// let upgrades = Upgrades::new().shutdown(shutdown.clone());
/// // When the server stops:
/// shutdown.close();
/// # let _ = upgrades;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Shutdown {
    /// Returns one that has closed nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes all connections, with status 1001 to both sides. Connections that are upgraded later are closed at once.
    pub fn close(&self) {
        self.0.send_replace(true);
    }

    /// Waits until it closes the connections.
    pub(super) async fn closed(&self) {
        // The sender lives as long as this.
        let _ = self.0.subscribe().wait_for(|closed| *closed).await;
    }
}
