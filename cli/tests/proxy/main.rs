//! `lastfour proxy` over real sockets: between raw clients and a raw server that records what it gets.

mod config;
mod forwarding;
#[cfg(feature = "redis")]
mod redis;
mod secure;
#[cfg(feature = "redis")]
#[path = "../../../tests/redis/server.rs"]
mod server;
mod smuggling;
mod support;
mod websocket;
