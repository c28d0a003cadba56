//! WebSocket messages.

mod adapter;
mod doors;
mod framings;
mod hostile;
mod polling;
mod support;
mod upgrade;
