//! WebSocket messages.

mod adapter;
mod doors;
mod framings;
mod hostile;
mod polling;
mod spread;
mod support;
mod upgrade;
