//! The meaning of values of fields for roles and directions.

use lastfour::Role;

use super::fields::words;
use super::roles::role_in_name;

/// Values of a field for a role, in addition to the names of roles.
const VALUES: &[(&str, Role)] = &[
    ("a", Role::Agent),
    ("b", Role::Bot),
    ("c", Role::Customer),
    ("external", Role::Customer),
    ("internal", Role::Agent),
    ("o", Role::Agent),
    ("u", Role::Customer),
    ("v", Role::Customer),
];

/// Returns the role that the value of a role field means: `AGENT`, `EndUser`, `AIMessage`, `v`.
pub(crate) fn role_of_value(value: &str) -> Option<Role> {
    let lower = value.trim().to_ascii_lowercase();
    VALUES
        .iter()
        .find(|(name, _)| *name == lower)
        .map(|(_, role)| *role)
        .or_else(|| role_in_name(value))
        .or_else(|| role_in_name(&words(value).join(" ")))
}

/// Words for a direction, with the side that sends the messages, as the business sees it. "MO" and "MT" are those of text
/// messages: originated by a mobile phone, and terminated at one.
const DIRECTIONS: &[(&str, Role)] = &[
    ("<-", Role::Customer),
    ("->", Role::Agent),
    ("<--", Role::Customer),
    ("-->", Role::Agent),
    ("<<", Role::Customer),
    (">>", Role::Agent),
    ("<=", Role::Customer),
    ("=>", Role::Agent),
    ("←", Role::Customer),
    ("→", Role::Agent),
    ("in", Role::Customer),
    ("inbound", Role::Customer),
    ("incoming", Role::Customer),
    ("mo", Role::Customer),
    ("mt", Role::Agent),
    ("out", Role::Agent),
    ("outbound", Role::Agent),
    ("outgoing", Role::Agent),
    ("receive", Role::Customer),
    ("received", Role::Customer),
    ("recv", Role::Customer),
    ("rx", Role::Customer),
    ("send", Role::Agent),
    ("sent", Role::Agent),
    ("tx", Role::Agent),
    ("entrante", Role::Customer),
    ("saliente", Role::Agent),
    ("recibido", Role::Customer),
    ("enviado", Role::Agent),
    ("recebido", Role::Customer),
];

fn direction(word: &str) -> Option<Role> {
    DIRECTIONS.iter().find(|(known, _)| *known == word).map(|(_, side)| *side)
}

/// Returns the side that sends messages with this direction, as the business sees it: `inbound`, `OUTGOING`, `in`.
pub(crate) fn side_of_direction(value: &str) -> Option<Role> {
    direction(value.trim()).or_else(|| direction(words(value).first()?))
}

/// Returns whether a word of a log line is a direction. Short ones that are also ordinary words must be in capitals.
pub(crate) fn is_direction(word: &str) -> bool {
    let is_clear = word.len() > 3 || !word.bytes().any(|b| b.is_ascii_lowercase());
    is_clear && direction(&word.to_ascii_lowercase()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_for_roles_and_directions_are_recognized() {
        for (value, role) in [
            ("EndUser", Role::Customer),
            ("AIMessage", Role::Bot),
            ("HumanMessage", Role::Customer),
            ("agent:3677", Role::Agent),
            ("v", Role::Customer),
            ("internal", Role::Agent),
        ] {
            assert_eq!(role_of_value(value), Some(role), "{value}");
        }
        assert_eq!(role_of_value("Daniel"), None);
        for (value, role) in [
            ("INCOMING", Some(Role::Customer)),
            ("out", Some(Role::Agent)),
            ("outbound-api", Some(Role::Agent)),
            ("MO", Some(Role::Customer)),
            ("<-", Some(Role::Customer)),
            ("Tx", Some(Role::Agent)),
            ("north", None),
        ] {
            assert_eq!(side_of_direction(value), role, "{value}");
        }
        for word in ["RX", "received", "->", "OUT"] {
            assert!(is_direction(word), "{word}");
        }
        for word in ["in", "out", "logged", "INFO"] {
            assert!(!is_direction(word), "{word}");
        }
    }
}
