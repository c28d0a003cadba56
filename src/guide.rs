//! The guide. Each chapter is a module.

#[cfg(feature = "tower")]
#[doc = include_str!("../docs/middleware.md")]
pub mod middleware {}

#[cfg(feature = "websocket")]
#[doc = include_str!("../docs/websocket.md")]
pub mod websocket {}

#[doc = include_str!("../docs/streams.md")]
pub mod streams {}

#[doc = include_str!("../docs/policy.md")]
pub mod policy {}

#[doc = include_str!("../docs/detectors.md")]
pub mod detectors {}

#[doc = include_str!("../docs/proxy.md")]
pub mod proxy {}

#[doc = include_str!("../docs/envoy.md")]
pub mod envoy {}

#[doc = include_str!("../docs/command-line.md")]
pub mod command_line {}

#[doc = include_str!("../docs/deployment.md")]
pub mod deployment {}
