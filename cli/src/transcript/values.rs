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

/// Returns the side that sends messages with this direction, as the business sees it: `inbound`, `OUTGOING`, `in`.
pub(crate) fn side_of_direction(value: &str) -> Option<Role> {
    let words = words(value);
    let first = words.first()?.as_str();
    match first {
        "in" | "inbound" | "incoming" | "received" | "entrante" => Some(Role::Customer),
        "out" | "outbound" | "outgoing" | "sent" | "saliente" => Some(Role::Agent),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_for_roles_and_directions_are_recognised() {
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
            ("north", None),
        ] {
            assert_eq!(side_of_direction(value), role, "{value}");
        }
    }
}
