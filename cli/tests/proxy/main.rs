//! `lastfour proxy` over real sockets: between raw clients and a raw server that records what it gets.

mod config;
mod forwarding;
mod secure;
mod smuggling;
mod support;
mod websocket;
