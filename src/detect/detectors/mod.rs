//! The built-in detectors, one per file.

pub(crate) mod account;
pub(crate) mod card;
pub(crate) mod card_data;
pub(crate) mod one_time_passcode;
pub(crate) mod password;
pub(crate) mod pin;
pub(crate) mod security_code;
pub(crate) mod social_security;
mod track;
