//! The HTTP layer over real sockets, with real clients and with bytes written by hand.
#![cfg(feature = "tower")]

mod attacks;
mod conversations;
mod doors;
mod failures;
mod interface;
mod memory;
mod moments;
mod recipe;
mod requests;
mod responses;
mod shapes;
mod speakers;
mod streams;
mod support;
#[cfg(any(feature = "metrics", feature = "tracing"))]
mod telemetry;
mod wires;

#[cfg(feature = "compression")]
mod encodings;
