//! `lastfour proxy` over real sockets: between raw clients and a raw server that records what it gets.

#[cfg(feature = "ext-proc")]
#[path = "../../src/proxy/ext_proc/api.rs"]
mod api;
mod config;
mod doors;
#[cfg(feature = "ext-proc")]
mod ext_proc;
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
