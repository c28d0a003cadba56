//! The configuration that a layer shares with its services.

use std::sync::Arc;

use crate::engine::Engine;
use crate::filter::Limits;

/// The configuration of a layer.
pub(super) struct Config<St> {
    pub(super) engine: Engine,
    pub(super) limits: Limits,
    pub(super) pass_on_failure: bool,
    pub(super) store: Arc<St>,
}
