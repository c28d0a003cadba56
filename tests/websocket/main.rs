//! WebSocket messages.

mod framings;
mod hostile;
mod support;
