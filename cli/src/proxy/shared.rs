//! The state that all connections share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use lastfour::middleware::websocket::Shutdown;
use tokio_rustls::TlsAcceptor;

use crate::failure::Result;
use crate::proxy::route::Routes;
use crate::proxy::settings::Settings;
use crate::proxy::store::Store;
use crate::proxy::tls;

/// The settings, the routes with their policies, the certificates, and the conversations.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    /// Closes the WebSockets that are scanned.
    pub(crate) websockets: Shutdown,
    reloadable: RwLock<Reloadable>,
    /// Whether new connections are rejected.
    stopping: AtomicBool,
}

/// What is made of files that may change while the server runs.
#[derive(Clone)]
pub(crate) struct Reloadable {
    pub(crate) routes: Arc<Routes>,
    /// For connections of clients. `None` if they do not use TLS.
    pub(crate) tls: Option<TlsAcceptor>,
}

impl Reloadable {
    fn read(settings: &Settings, store: &Store, websockets: &Shutdown) -> Result<Self> {
        let routes = Arc::new(Routes::new(settings, store, websockets)?);
        Ok(Self { routes, tls: settings.tls.as_ref().map(tls::acceptor).transpose()? })
    }
}

impl Shared {
    /// Reads the policies and the certificates.
    pub(crate) fn new(settings: Settings) -> Result<Arc<Self>> {
        let (store, websockets) = (Store::new(&settings)?, Shutdown::new());
        let reloadable = RwLock::new(Reloadable::read(&settings, &store, &websockets)?);
        Ok(Arc::new(Self { settings, store, websockets, reloadable, stopping: AtomicBool::new(false) }))
    }

    /// Reads the policies and the certificates again. Running requests keep the old policies, and open connections their
    /// certificate. Conversations are kept.
    pub(crate) fn reload(&self) -> Result<()> {
        let new = Reloadable::read(&self.settings, &self.store, &self.websockets)?;
        *self.reloadable.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    pub(crate) fn routes(&self) -> Arc<Routes> {
        self.reloadable.read().unwrap_or_else(PoisonError::into_inner).routes.clone()
    }

    pub(crate) fn tls(&self) -> Option<TlsAcceptor> {
        self.reloadable.read().unwrap_or_else(PoisonError::into_inner).tls.clone()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}
