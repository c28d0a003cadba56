//! The state that all connections share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::failure::Result;
use crate::proxy::route::Routes;
use crate::proxy::settings::Settings;
use crate::proxy::store::Store;

/// The settings, the routes with their policies, and the conversations.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    routes: RwLock<Arc<Routes>>,
    /// Whether new connections are rejected.
    stopping: AtomicBool,
}

impl Shared {
    /// Reads the policies.
    pub(crate) fn new(settings: Settings) -> Result<Arc<Self>> {
        let store = Store::new(&settings)?;
        let routes = RwLock::new(Arc::new(Routes::new(&settings, &store)?));
        Ok(Arc::new(Self { settings, store, routes, stopping: AtomicBool::new(false) }))
    }

    /// Reloads the policies. Running requests keep the old ones. Conversations are kept.
    pub(crate) fn reload(&self) -> Result<()> {
        let routes = Arc::new(Routes::new(&self.settings, &self.store)?);
        *self.routes.write().unwrap_or_else(PoisonError::into_inner) = routes;
        Ok(())
    }

    pub(crate) fn routes(&self) -> Arc<Routes> {
        self.routes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}
