//! Reads a view and emits candidates.

pub mod checksum;
pub mod custom;
