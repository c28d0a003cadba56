//! WebSocket messages.

mod adapter;
mod doors;
mod framings;
mod hostile;
mod support;
mod upgrade;
